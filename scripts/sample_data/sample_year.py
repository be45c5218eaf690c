"""Writes the believable year: which record goes into which file, and what goes wrong on the way."""

import csv
import io
from collections import Counter
from datetime import datetime, timedelta

from sample_data.chance import Chance
from sample_data.company import (
    PLANS,
    UNREGISTERED_CUSTOMERS,
    YEAR_END,
    Customer,
    EuroRates,
    make_customers,
)
from sample_data.landing_writer import LandingWriter, to_json
from sample_data.ledger import ledger_events
from sample_data.meters import SAMPLE_METERS
from sample_data.polar_records import RecordMaker, timestamp
from sample_data.sales import Sales, simulate_sales
from sample_data.usage import Event, RenderRequest, simulate_renders, simulate_usage

EARLY_EXPORT_AT = datetime.fromisoformat("2026-03-01T00:00:00+00:00")
"""Orders were exported then for the first time; the export at the year's end holds what changed."""

RICHER_EXPORT_SINCE = "2026-06"
"""From this month on the export of events tells when each was received (`ingested_at`)."""

REDELIVERED_MONTH = "2025-12"
REDELIVERED_EVENTS = 600
OVERLAP_EVENTS = 40
"""So many events at the end of a month are exported again at the start of the next file."""

CONFLICTING_EVENTS = 6
CUSTOMERS_PER_PAGE = 100
EVENTS_PER_REQUEST = 50
REPEATED_RENDERS = 60
RENDER_QUARTERS = ("2025-12-01", "2026-03-01", "2026-06-01", "2026-09-01")
LOCAL_OFFSET = timedelta(hours=2)
REFUND_COLUMNS_AS_JSON = ("metadata", "dispute")


def write_year(writer: LandingWriter, seed: int) -> Counter[str]:
    """Write the sample year and return how many there are of each thing, by plain name.

    Raises:
        OSError: a file cannot be written.
    """
    rates = EuroRates(seed)
    customers = make_customers(seed)
    sales = simulate_sales(seed, customers, rates)
    events = simulate_usage(seed, customers)
    records = RecordMaker(seed)
    system_events = ledger_events(records, sales)
    renders = simulate_renders(seed, customers)

    counts: Counter[str] = Counter()
    _write_events(writer, seed, records, customers, events + system_events, counts)
    _write_requests(writer, renders, counts)
    _write_people(writer, records, customers, counts)
    _write_sales(writer, records, sales, counts)
    rate_lines = [f"{day.isoformat()},eur,{rate}" for day, rate in rates.by_day]
    _write_csv(writer, "reference/exchange_rates/euro.csv", "rate_date,currency,rate", rate_lines)
    counts["exchange rates"] = len(rate_lines)
    return counts


def _write_events(
    writer: LandingWriter,
    seed: int,
    records: RecordMaker,
    customers: list[Customer],
    events: list[Event],
    counts: Counter[str],
) -> None:
    last_moment = YEAR_END - timedelta(microseconds=1)
    months: dict[str, list[Event]] = {}
    for event in sorted(events, key=lambda event: (event.delivered_at, event.event_id)):
        month = min(event.delivered_at, last_moment).strftime("%Y-%m")
        months.setdefault(month, []).append(event)

    by_external_id: dict[str, list[Customer]] = {}
    for customer in customers:
        if customer.external_id:
            by_external_id.setdefault(customer.external_id, []).append(customer)
    broken = _broken_lines(seed)
    broken_per_file = -(-len(broken) // len(months))
    overlap: list[bytes] = []
    for month, of_month in months.items():
        exported_at = _next_month(month)
        lines = [
            to_json(_event_record(records, event, exported_at, by_external_id)).encode()
            for event in of_month
        ]
        counts["events"] += len(lines)
        counts["system events"] += sum(event.source == "system" for event in of_month)
        counts["late events"] += sum(
            event.delivered_at - event.occurred_at > timedelta(days=1) for event in of_month
        )
        counts["events delivered twice"] += len(overlap)
        content = overlap + lines
        for _ in range(min(broken_per_file, len(broken))):
            content.insert(len(content) * 2 // 3, broken.pop())
            counts["broken event lines"] += 1
        writer.write_lines(f"polar/events/events-{month}.ndjson.gz", content)
        overlap = lines[-OVERLAP_EVENTS:]
        if month == REDELIVERED_MONTH:
            redelivered = lines[-REDELIVERED_EVENTS - 200 : -200]
            conflicting = _conflicting(of_month, records, exported_at, by_external_id)
            counts["events delivered twice"] += len(redelivered)
            counts["conflicting copies of events"] += len(conflicting)
            name = f"polar/events/redelivered-{month}.ndjson.gz"
            writer.write_lines(name, redelivered + conflicting)


def _next_month(month: str) -> datetime:
    first = datetime.fromisoformat(f"{month}-01T00:00:00+00:00")
    return (first + timedelta(days=32)).replace(day=1)


def _event_record(
    records: RecordMaker,
    event: Event,
    exported_at: datetime,
    by_external_id: dict[str, list[Customer]],
) -> dict[str, object]:
    """The event as an export at `exported_at` shows it, with the customer as known by then."""
    shown = event.owner if event.customer_id else None
    for candidate in by_external_id.get(event.external_customer_id or "", ()):
        is_deleted = candidate.deleted_at is not None and candidate.deleted_at < exported_at
        if candidate.created_at < exported_at and not is_deleted:
            shown = candidate
    record = {
        "id": event.event_id,
        "timestamp": timestamp(event.occurred_at),
        "organization_id": records.organization_id,
        "customer_id": event.customer_id,
        "customer": records.customer(shown, exported_at) if shown else None,
        "external_customer_id": event.external_customer_id,
        "child_count": event.child_count,
        "parent_id": event.parent_id,
        "label": event.label,
        "name": event.name,
        "source": event.source,
        "metadata": event.metadata,
    }
    if exported_at.strftime("%Y-%m") > RICHER_EXPORT_SINCE:
        record["ingested_at"] = timestamp(event.delivered_at)
    return record


def _conflicting(
    events: list[Event],
    records: RecordMaker,
    exported_at: datetime,
    by_external_id: dict[str, list[Customer]],
) -> list[bytes]:
    """A few events of the month once more, each with another amount than the first time."""
    chats = [event for event in events if event.name == "chat.message"][-CONFLICTING_EVENTS:]
    lines = []
    for event in chats:
        record = _event_record(records, event, exported_at, by_external_id)
        changed = event.metadata | {"_cost": {"amount": "99.5", "currency": "usd"}}
        lines.append(to_json(record | {"metadata": changed}).encode())
    return lines


def _broken_lines(seed: int) -> list[bytes]:
    """Lines that must be rejected, two of each kind; all are without any customer."""
    chance = Chance(seed, "broken lines")
    lines = []
    for _ in range(2):
        whole = {
            "id": chance.uuid(),
            "timestamp": "2026-01-15T12:00:00.000000Z",
            "name": "chat.message",
            "source": "user",
            "metadata": {"_cost": {"amount": "3.25", "currency": "usd"}},
        }
        text = to_json(whole)
        named = ', "name":"chat.message"'
        lines += [
            text[: len(text) * 2 // 3].encode(),
            text.replace('"metadata":', '"metadata"').encode(),
            b"upstream timeout, please retry",
            b'["not", "an", "object"]',
            b'"a text alone"',
            b"42",
            to_json({key: whole[key] for key in whole if key != "name"}).encode(),
            to_json(whole | {"name": None}).encode(),
            to_json(whole | {"name": 17}).encode(),
            to_json(whole | {"timestamp": "2026-01-15T12:00:00"}).encode(),
            to_json(whole | {"timestamp": "2026-01-15"}).encode(),
            to_json(whole | {"timestamp": "2026-02-30T12:00:00Z"}).encode(),
            to_json(whole | {"timestamp": "yesterday"}).encode(),
            to_json(whole | {"timestamp": "2099-01-01T00:00:00Z"}).encode(),
            to_json(whole | {"customer_id": ["a", "b"]}).encode(),
            (text[:-1] + named + "}").encode(),
            text.replace('"amount"', '"amount":"1.25","amount"').encode(),
            text.replace('"metadata":{', '"metadata":{"units":1,"units":2,').encode(),
            text.encode().replace(b"chat.message", b"chat.\xff\xfemessage"),
        ]
    return lines


def _write_requests(
    writer: LandingWriter, renders: list[RenderRequest], counts: Counter[str]
) -> None:
    """Write the senders' requests: a file a quarter, with one request or an array of them."""
    start = 0
    for quarter, end_day in enumerate(RENDER_QUARTERS):
        end_at = datetime.fromisoformat(f"{end_day}T00:00:00+00:00")
        end = start + sum(request.occurred_at < end_at for request in renders[start:])
        # After a time-out the sender repeats itself: the same external ids once more.
        repeated = renders[max(0, start - REPEATED_RENDERS) : start]
        of_quarter = repeated + renders[start:end]
        counts["events"] += end - start
        counts["events sent as ingestion requests"] += end - start
        counts["events delivered twice"] += len(repeated)
        texts = [_render_text(request) for request in of_quarter]
        if quarter == 1:
            content = '{"events":[' + ",".join(texts) + "]}"
        else:
            batches = [
                '{"events":[' + ",".join(texts[first : first + EVENTS_PER_REQUEST]) + "]}"
                for first in range(0, len(texts), EVENTS_PER_REQUEST)
            ]
            content = "[\n" + ",\n".join(batches) + "\n]"
        name = f"polar/events/requests-until-{end_day}.json"
        writer.write_lines(name, [content.encode()])
        start = end


def _render_text(request: RenderRequest) -> str:
    # By hand, because the amount is a JSON number and must not pass through a float.
    moment = request.occurred_at
    local = (moment + LOCAL_OFFSET).strftime("%Y-%m-%dT%H:%M:%S.%f") + "+02:00"
    sent_at: object = int(moment.timestamp()) if request.images == 1 else local
    return (
        f'{{"name":"image.render","external_customer_id":"{request.external_customer_id}",'
        f'"external_id":"{request.external_id}","timestamp":{to_json(sent_at)},'
        f'"metadata":{{"_cost":{{"amount":{request.cents},"currency":"usd"}},'
        f'"size":"{request.size}","images":{request.images}}}}}'
    )


def _write_people(
    writer: LandingWriter, records: RecordMaker, customers: list[Customer], counts: Counter[str]
) -> None:
    exported = [c for c in customers if c.number not in UNREGISTERED_CUSTOMERS]
    counts["customers"] = len(exported)
    counts["customers missing from the export"] = len(customers) - len(exported)
    counts["deleted customers"] = sum(customer.deleted_at is not None for customer in customers)
    page_count = -(-len(exported) // CUSTOMERS_PER_PAGE)
    for page in range(page_count):
        on_page = exported[page * CUSTOMERS_PER_PAGE : (page + 1) * CUSTOMERS_PER_PAGE]
        content = {
            "items": [records.customer(customer) for customer in on_page],
            "pagination": {"total_count": len(exported), "max_page": page_count},
        }
        writer.write_records(f"polar/customers/page-{page + 1}.json", [content])
    products = [records.product(plan) for plan in PLANS]
    writer.write_records("polar/products/products.json", [products])
    counts["products"] = len(products)
    benefits = [benefit for plan in PLANS for benefit in records.benefits(plan)]
    writer.write_records("polar/benefits/benefits.json", [benefits])
    counts["credit benefits"] = len(benefits)
    meters = [records.meter(meter) for meter in SAMPLE_METERS]
    writer.write_records("polar/meters/meters.json", [meters])
    counts["meters"] = len(meters)


def _write_sales(
    writer: LandingWriter, records: RecordMaker, sales: Sales, counts: Counter[str]
) -> None:
    subscriptions = sales.subscriptions
    writer.write_records(
        "polar/subscriptions/subscriptions.ndjson", map(records.subscription, subscriptions)
    )
    early, latest = [], []
    for number, order in enumerate(sales.orders, start=1):
        then = records.order(order, number, EARLY_EXPORT_AT)
        now = records.order(order, number, YEAR_END)
        is_old = order.created_at < EARLY_EXPORT_AT
        if is_old:
            early.append(then)
        if not is_old or now["modified_at"] != then["modified_at"]:
            latest.append(now)
    writer.write_records("polar/orders/orders-2026-03-01.ndjson", early)
    writer.write_records("polar/orders/orders-2026-09-01.ndjson", latest)

    rows = [records.refund(order, refund) for order in sales.orders for refund in order.refunds]
    rows.sort(key=lambda row: (row["created_at"], row["id"]))
    _write_csv(
        writer, "polar/refunds/refunds.csv", ",".join(rows[0]), [_csv_line(row) for row in rows]
    )
    counts["orders"] = len(sales.orders)
    counts["orders exported a second time after a change"] = (
        len(early) + len(latest) - len(sales.orders)
    )
    counts["orders with system events"] = sum(order.is_in_ledger for order in sales.orders)
    counts["orders in euro"] = sum(order.currency == "eur" for order in sales.orders)
    counts["orders in a currency without a rate"] = sum(o.currency == "sek" for o in sales.orders)
    counts["subscriptions"] = len(subscriptions)
    counts["trials"] = sum(s.trial_end is not None for s in subscriptions)
    counts["ended subscriptions"] = sum(s.ended_at is not None for s in subscriptions)
    counts["plan changes"] = sum(len(s.changes) - 1 for s in subscriptions)
    counts["refunds"] = len(rows)
    counts["disputes"] = sum(order.dispute_won is not None for order in sales.orders)


def _csv_line(row: dict[str, object]) -> str:
    def cell(column: str, value: object) -> object:
        if value is None:
            return ""
        if column in REFUND_COLUMNS_AS_JSON or isinstance(value, bool):
            return to_json(value)
        return value

    text = io.StringIO()
    csv.writer(text, lineterminator="").writerow(cell(*item) for item in row.items())
    return text.getvalue()


def _write_csv(writer: LandingWriter, relative: str, header: str, lines: list[str]) -> None:
    writer.write_lines(relative, (line.encode() for line in [header, *lines]))
