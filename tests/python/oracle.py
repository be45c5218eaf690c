"""What the warehouse should hold, in plain Python, written from the specification alone.

Nothing here is shared with the dbt models: it reads the landed lines itself, keeps every number a
`Decimal` and follows the documents on costs, on Polar and on the design. It is slow and simple on
purpose. It knows only NDJSON files, whose lines carry one record each.

Costs, traces and usage have a module each (`oracle_costs`, `oracle_traces`, `oracle_meters` with
`oracle_filters`), and so have definitions (`oracle_definitions`, `oracle_meter_definitions`) and
what is Paygentic's or OpenMeter's own (`oracle_paygentic`, `oracle_openmeter`). This one judges
Polar's records and the rest of the profit.

Money is in major units of the reporting currency unless a name says minor.
"""

import re
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterable
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import cached_property
from zoneinfo import ZoneInfo

import oracle_openmeter
import oracle_paygentic
from oracle_costs import Costs
from oracle_definitions import definition_id, follow, read_definitions
from oracle_meter_definitions import meter_id, read_meters
from oracle_meters import Meters
from oracle_traces import Traces, find_roots
from oracle_values import (
    CURRENCY_EXPONENTS,
    EXACT,
    MISSING,
    MONEY_DECIMALS,
    RATE_DECIMALS,
    DuplicateKeyDict,
    Event,
    LandedFile,
    RejectError,
    Row,
    Settings,
    has_too_many_whole_digits,
    parse_amount,
    parse_json,
    parse_time,
    read_lines,
    round_to,
    sum_known,
)

ORDER_EVENTS = {"balance.order", "balance.credit_order"}
REFUND_EVENTS = {"balance.refund", "balance.refund_reversal"}
DISPUTE_EVENTS = {"balance.dispute", "balance.dispute_reversal"}
LEDGER_EVENTS = ORDER_EVENTS | REFUND_EVENTS | DISPUTE_EVENTS
EVENT_READERS = {
    ("paygentic", "events"): oracle_paygentic.read_event,
    ("openmeter", "events"): oracle_openmeter.read_event,
}
# The fields that say when a meter was changed and made.
METER_TIMES = {"polar": ("modified_at", "created_at"), "openmeter": ("updatedAt", "createdAt")}
# What the ids of events begin with that have none of their own, or come from OpenMeter.
MADE_IDS = ("external:", "openmeter:")
PAID_STATUSES = {"paid", "refunded", "partially_refunded"}


# Fields of each entity: name -> (reader, whether it is required).
def _text(value: object) -> str:
    if not isinstance(value, str):
        raise ValueError(value)
    return value


def _filled_text(value: object) -> str:
    if not _text(value):
        raise ValueError(value)
    return value


def _event_name(value: object) -> str:
    if "\0" in _text(value):
        raise ValueError(value)
    return value


def _event_source(value: object) -> str:
    if value not in ("user", "system"):
        raise ValueError(value)
    return value


def _integer(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise ValueError(value)
    return value


def _boolean(value: object) -> bool:
    if not isinstance(value, bool):
        raise ValueError(value)
    return value


def _rate_date(value: object) -> date:
    if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", _text(value)):
        raise ValueError(value)
    return date.fromisoformat(value)


def _rate(value: object) -> Decimal:
    try:
        rate = parse_amount(value)
    except RejectError as error:
        raise ValueError(value) from error
    if rate is None or rate <= 0 or rate >= 10**9:
        raise ValueError(value)
    return round_to(rate, RATE_DECIMALS)


_FIELDS: dict[str, dict[str, tuple[Callable, bool]]] = {
    "events": {
        "name": (_event_name, True),
        "id": (_filled_text, False),
        "external_id": (_text, False),
        "customer_id": (_filled_text, False),
        "external_customer_id": (_text, False),
        "source": (_event_source, False),
        "parent_id": (_text, False),
        "ingested_at": (parse_time, False),
    },
    "orders": {
        "id": (_filled_text, True),
        "created_at": (parse_time, True),
        "customer_id": (_filled_text, True),
        "status": (_text, True),
        "net_amount": (_integer, True),
        "currency": (_text, True),
        "modified_at": (parse_time, False),
        "paid": (_boolean, False),
        "refunded_amount": (_integer, False),
        "platform_fee_amount": (_integer, False),
        "platform_fee_currency": (_text, False),
    },
    "refunds": {
        "id": (_filled_text, True),
        "created_at": (parse_time, True),
        "order_id": (_filled_text, True),
        "status": (_text, True),
        "amount": (_integer, True),
        "currency": (_text, True),
        "modified_at": (parse_time, False),
        "customer_id": (_filled_text, False),
    },
    "subscriptions": {
        "id": (_filled_text, True),
        "created_at": (parse_time, True),
        "customer_id": (_filled_text, True),
        "status": (_text, True),
        "amount": (_integer, True),
        "currency": (_text, True),
        "modified_at": (parse_time, False),
    },
    "customers": {
        "id": (_filled_text, True),
        "created_at": (parse_time, True),
        "modified_at": (parse_time, False),
        "external_id": (_text, False),
        "deleted_at": (parse_time, False),
    },
    "products": {
        "id": (_filled_text, True),
        "created_at": (parse_time, True),
        "name": (_text, True),
        "modified_at": (parse_time, False),
    },
    "checkouts": {
        "id": (_filled_text, True),
        "created_at": (parse_time, True),
        "status": (_text, True),
        "modified_at": (parse_time, False),
        "customer_id": (_filled_text, False),
        "opened_at": (parse_time, False),
    },
    "customer_seats": {
        "id": (_filled_text, True),
        "created_at": (parse_time, True),
        "status": (_text, True),
        "modified_at": (parse_time, False),
        "customer_id": (_filled_text, False),
        "claimed_at": (parse_time, False),
        "revoked_at": (parse_time, False),
    },
    "exchange_rates": {
        "rate_date": (_rate_date, True),
        "currency": (_text, True),
        "rate": (_rate, True),
    },
}


# Entity -> the objects of a record, beside itself, in which no key may be twice.
_INNER_OBJECTS = {
    "polar/events": (("metadata",), ("metadata", "_cost")),
    "polar/meters": (("filter",), ("aggregation",)),
    "openmeter/events": (("data",),),
    "openmeter/meters": (("groupBy",),),
}


def _check_duplicate_keys(entity: str, record: dict) -> None:
    places = ((), *_INNER_OBJECTS.get(entity, ()))
    if any(isinstance(follow(record, place), DuplicateKeyDict) for place in places):
        raise RejectError("duplicate_key")


def read_values(file: LandedFile, record: dict) -> dict:
    """Type the fields of one record; a definition has none of its own.

    Args:
        file: where the record is from.
        record: the parsed JSON object.

    Returns:
        Typed values; absent optional fields are None.

    Raises:
        RejectError: the first broken rule.
    """
    if (file.source, file.entity) in EVENT_READERS:
        return EVENT_READERS[file.source, file.entity](file, record)
    if file.entity == "meters":
        meter_id(file.source, record)
        return {}
    if file.entity == "cost_metrics":
        return {}
    values: dict = {}
    for name, (reader, is_required) in _FIELDS[file.entity].items():
        given = record.get(name)
        if given is None:
            if is_required:
                raise RejectError(f"missing_{name}")
            values[name] = None
            continue
        try:
            values[name] = reader(given)
        except ValueError as error:
            raise RejectError(f"unreadable_{name}") from error
        if name == "id" and file.entity == "events" and values[name].startswith(MADE_IDS):
            raise RejectError("reserved_id")
        if name == "customer_id" and (
            values[name] == "unattributed" or values[name].startswith("external:")
        ):
            raise RejectError("reserved_customer_id")
    if file.entity == "events":
        values["timestamp"] = None
        if "timestamp" in record:
            try:
                values["timestamp"] = parse_time(record["timestamp"])
            except ValueError as error:
                raise RejectError("unreadable_timestamp") from error
        for name in ("timestamp", "ingested_at"):
            if values[name] is not None and values[name] > file.loaded_at + timedelta(days=1):
                raise RejectError(f"{name}_in_future")
    return values


class Oracle:
    """Every table of the foundation, from landed files and settings.

    Args:
        files: landed files in any order; their load times decide.
        settings: the dbt variables.
    """

    def __init__(self, files: Iterable[LandedFile], settings: Settings) -> None:
        self.files = sorted(files, key=lambda file: file.loaded_at)
        self.settings = settings
        self.zone = ZoneInfo(settings.reporting_timezone)
        self.landed_count = 0
        self.rejected: list[tuple[str, int, str]] = []
        rows: dict[str, list[Row]] = defaultdict(list)
        for file in self.files:
            rows[f"{file.source}/{file.entity}"] += self._read_file(file)
        self.events = self._first_copies(rows["polar/events"])
        self.orders = self._newest_versions(rows["polar/orders"])
        self.refunds = self._newest_versions(rows["polar/refunds"])
        self.subscriptions = self._newest_versions(rows["polar/subscriptions"])
        self.registered_customers = self._newest_versions(rows["polar/customers"])
        self._newest_versions(rows["polar/products"])
        self.checkouts = self._newest_versions(rows["polar/checkouts"])
        self.customer_seats = self._newest_versions(rows["polar/customer_seats"])
        self.rates = self._read_rates(rows["reference/exchange_rates"])
        self.customer_of_external_id = self._read_claims()
        self.paygentic_events, copies = oracle_paygentic.record_events(rows["paygentic/events"])
        self.openmeter_events, more_copies = oracle_openmeter.first_copies(rows["openmeter/events"])
        for row, reason in [*copies, *more_copies]:
            self._reject(row.file, row.line_number, reason)
        self.cost_metrics, self.rejected_definitions = read_definitions(
            self._newest_definitions(
                rows["paygentic/cost_metrics"],
                lambda row: definition_id(row.record),
                lambda row: row.landed_order,
            )
        )
        self.meter_definitions, self.rejected_meters = read_meters(
            *(self._newest_meters(source, rows[f"{source}/meters"]) for source in METER_TIMES)
        )

    # Judging

    def _reject(self, file: LandedFile, line_number: int, reason: str) -> None:
        self.rejected.append((file.source_file, line_number, reason))

    def _read_file(self, file: LandedFile) -> Iterable[Row]:
        for line_number, text, landing_problem in read_lines(file):
            self.landed_count += 1
            try:
                if landing_problem:
                    raise RejectError(landing_problem)
                record = parse_json(text)
                if not isinstance(record, dict):
                    raise RejectError("not_an_object")
                _check_duplicate_keys(f"{file.source}/{file.entity}", record)
                yield Row(file, line_number, record, read_values(file, record))
            except RejectError as reject:
                self._reject(file, line_number, str(reject))

    def _first_copies(self, rows: list[Row]) -> list[Row]:
        for key in ("id", "external_id"):
            first: dict[str, Row] = {}
            kept = []
            for row in sorted(rows, key=lambda row: row.landed_order):
                identifier = row.values[key]
                if identifier is None or identifier not in first:
                    first.setdefault(identifier, row)
                    kept.append(row)
                    continue
                is_conflict = self._fingerprint(row) != self._fingerprint(first[identifier])
                reason = "conflicting_duplicate" if is_conflict else "duplicate_delivery"
                self._reject(row.file, row.line_number, reason)
            rows = kept
        return rows

    @staticmethod
    def _fingerprint(row: Row) -> tuple:
        names = ("name", "timestamp", "customer_id", "external_customer_id")
        return (*(row.values[name] for name in names), row.record.get("metadata"))

    def _newest_versions(self, rows: list[Row]) -> dict[str, Row]:
        def version(row: Row) -> tuple:
            return (row.values["modified_at"] or row.values["created_at"], *row.landed_order)

        newest: dict[str, Row] = {}
        for row in sorted(rows, key=version):
            older = newest.get(row.values["id"])
            if older is not None:
                self._reject(older.file, older.line_number, "superseded_version")
            newest[row.values["id"]] = row
        return newest

    def _newest_definitions(
        self,
        rows: list[Row],
        key_of: Callable[[Row], str],
        order_of: Callable[[Row], tuple],
    ) -> list[Row]:
        """Keep the newest record of each key, also when it is a bad definition."""
        newest: dict[str, Row] = {}
        for row in sorted(rows, key=order_of):
            older = newest.get(key_of(row))
            if older is not None:
                self._reject(older.file, older.line_number, "superseded_version")
            newest[key_of(row)] = row
        return list(newest.values())

    def _newest_meters(self, source: str, rows: list[Row]) -> list[Row]:
        modified_field, created_field = METER_TIMES[source]

        def order(row: Row) -> tuple:
            given = row.record.get(modified_field) or row.record[created_field]
            return (parse_time(given), *row.landed_order)

        return self._newest_definitions(rows, lambda row: meter_id(source, row.record), order)

    # Rates and customers

    def _read_rates(self, rows: list[Row]) -> dict[str, tuple[list[date], list[Decimal]]]:
        by_day: dict[tuple[str, date], Decimal] = {}
        for row in sorted(rows, key=lambda row: row.landed_order):
            by_day[row.values["currency"].lower(), row.values["rate_date"]] = row.values["rate"]
        rates: dict[str, tuple[list[date], list[Decimal]]] = defaultdict(lambda: ([], []))
        for (currency, day), rate in sorted(by_day.items()):
            rates[currency][0].append(day)
            rates[currency][1].append(rate)
        return dict(rates)

    def _read_claims(self) -> dict[str, str]:
        claims: dict[str, list[tuple]] = defaultdict(list)

        def claim(customer: dict) -> None:
            external_id = customer.get("external_id")
            if external_id is None or not customer.get("id"):
                return
            modified_at = customer.get("modified_at") or customer.get("created_at")
            newest = -parse_time(modified_at).timestamp() if modified_at else 0.0
            is_deleted = customer.get("deleted_at") is not None
            claims[external_id].append((is_deleted, newest, customer["id"]))

        for row in self.registered_customers.values():
            claim(row.record)
        for row in self._rows_with_embedded_customers():
            if isinstance(row.record.get("customer"), dict):
                claim(row.record["customer"])
        return {external_id: min(found)[2] for external_id, found in claims.items()}

    def _rows_with_embedded_customers(self) -> list[Row]:
        return [*self.events, *self.orders.values(), *self.subscriptions.values()]

    def customer_of(self, row: Row) -> str:
        """Return the customer that an event belongs to."""
        external_id = row.values["external_customer_id"]
        if row.values["customer_id"] is not None:
            return row.values["customer_id"]
        if external_id is None:
            return "unattributed"
        return self.customer_of_external_id.get(external_id, f"external:{external_id}")

    @cached_property
    def _known_customer_ids(self) -> set[str]:
        """Ids that a customer object, an order, a subscription, a refund or a Polar event names."""
        known = set(self.registered_customers)
        for entity in (
            self.orders,
            self.subscriptions,
            self.refunds,
            self.checkouts,
            self.customer_seats,
        ):
            known |= {row.values["customer_id"] for row in entity.values()}
        known |= {row.values["customer_id"] for row in self.events}
        for row in self._rows_with_embedded_customers():
            embedded = row.record.get("customer")
            if isinstance(embedded, dict) and embedded.get("id"):
                known.add(embedded["id"])
        return known - {None}

    @cached_property
    def customer_ids(self) -> set[str]:
        """Every customer that was seen in any load."""
        return self._known_customer_ids | {event.customer_id for event in self.all_events}

    # Money

    def local_day(self, instant: datetime) -> date:
        """Return the day of an instant in the reporting time zone."""
        return instant.astimezone(self.zone).date()

    def convert(self, native: Decimal, currency: str, day: date) -> Decimal | None:
        """Convert major units into the reporting currency.

        Args:
            native: amount in major units of `currency`.
            currency: ISO 4217 code in any case.
            day: local day whose rate counts.

        Returns:
            The amount at 14 decimals; None when no rate is known, and when either amount is beyond
            15 whole digits.
        """
        if has_too_many_whole_digits(native):
            return None
        currency = currency.lower()
        rate = Decimal(1)
        if currency != self.settings.reporting_currency:
            days, rates = self.rates.get(currency, ([], []))
            index = bisect_right(days, day)
            if not index:
                return None
            rate = rates[index - 1]
        converted = round_to(EXACT.multiply(native, rate), MONEY_DECIMALS)
        return None if has_too_many_whole_digits(converted) else converted

    # Events, costs and traces

    @staticmethod
    def event_id(row: Row) -> str:
        """Return the identity of a Polar event."""
        if row.values["id"] is not None:
            return row.values["id"]
        if row.values["external_id"] is not None:
            return f"external:{row.values['external_id']}"
        return row.place

    def _occurred_at(self, row: Row) -> datetime:
        return row.values["timestamp"] or row.file.loaded_at

    @cached_property
    def all_events(self) -> list[Event]:
        """Accepted events of every source."""
        events = [
            Event(
                event_id=self.event_id(row),
                source_system="polar",
                name=row.values["name"],
                event_source=row.values["source"] or "user",
                customer_id=self.customer_of(row),
                occurred_at=self._occurred_at(row),
                ingested_at=row.values["ingested_at"] or self._occurred_at(row),
                payload=row.record.get("metadata", MISSING),
                source_file=row.file.source_file,
                landed_order=row.landed_order,
                polar_id=row.values["id"],
                external_id=row.values["external_id"],
                parent_id=row.values["parent_id"],
            )
            for row in self.events
        ]
        for row in self.paygentic_events:
            occurred_at = oracle_paygentic.occurred_at(row)
            events.append(
                Event(
                    event_id=row.place,
                    source_system="paygentic",
                    name=row.values["type"],
                    event_source="user",
                    customer_id=oracle_paygentic.customer_of(
                        row, self._known_customer_ids, self.customer_of_external_id
                    ),
                    occurred_at=occurred_at,
                    ingested_at=occurred_at,
                    payload=row.record.get("data", MISSING),
                    source_file=row.file.source_file,
                    landed_order=row.landed_order,
                )
            )
        for row in self.openmeter_events:
            occurred_at = row.values["time"] or row.file.loaded_at
            events.append(
                Event(
                    event_id=oracle_openmeter.event_id(row),
                    source_system="openmeter",
                    name=row.values["type"],
                    event_source="user",
                    customer_id=oracle_openmeter.customer_of(row, self.customer_of_external_id),
                    occurred_at=occurred_at,
                    ingested_at=occurred_at,
                    payload=row.record.get("data", MISSING),
                    source_file=row.file.source_file,
                    landed_order=row.landed_order,
                )
            )
        return events

    @cached_property
    def _roots(self) -> dict[str, tuple[str, int]]:
        return find_roots(self.all_events)

    @cached_property
    def costs(self) -> Costs:
        """Every event under every metric, and the marts that add them."""
        return Costs(
            self.all_events,
            self.cost_metrics,
            {event_id: root for event_id, (root, _) in self._roots.items()},
            self.convert,
            self.local_day,
            self.settings.reporting_currency,
            self.settings.cost_report_top_values,
        )

    @cached_property
    def meters(self) -> Meters:
        """Every event under every meter, and the marts that add them."""
        return Meters(self.all_events, self.meter_definitions, self.zone)

    @cached_property
    def traces(self) -> Traces:
        """The traces of all events, and their statistics."""
        return Traces(
            self.all_events,
            self._roots,
            self.costs.cost_events,
            self.local_day,
            self.settings.as_of,
        )

    # Revenue

    @cached_property
    def movements(self) -> list[dict]:
        """Every order, credit order, refund, dispute and reversal, signed."""
        return [*self._ledger_movements, *self._order_movements(), *self._refund_movements()]

    @staticmethod
    def _is_ledger(row: Row) -> bool:
        name = row.values["name"]
        if row.values["source"] != "system" or name not in LEDGER_EVENTS:
            return False
        return name not in ORDER_EVENTS or bool(row.record["metadata"].get("order_id"))

    def _movement(
        self,
        kind: str,
        customer_id: str,
        occurred_at: datetime,
        order_created_at: datetime | None,
        amount: tuple[int, str],
        fee: tuple[int, str] | None,
        **names: str | None,
    ) -> dict:
        day = self.local_day(occurred_at)

        def convert(money: tuple[int, str]) -> Decimal | None:
            minor, currency = money
            exponent = CURRENCY_EXPONENTS[currency.lower()]
            return self.convert(Decimal(minor).scaleb(-exponent, context=EXACT), currency, day)

        is_refund = kind in ("refund", "refund_reversal")
        booked_day = day
        if is_refund and self.settings.refund_dating == "order" and order_created_at:
            booked_day = self.local_day(order_created_at)
        has_fee = fee is not None and fee[0] != 0
        return {
            "movement_kind": kind,
            "customer_id": customer_id,
            "occurred_at": occurred_at,
            "order_created_at": order_created_at,
            "booked_day": booked_day,
            "amount": convert(amount),
            "has_fee": has_fee,
            "fee_amount": convert(fee) if has_fee else Decimal(0),
            **names,
        }

    def _ledger_amount(self, name: str, metadata: dict) -> tuple[int, str]:
        currency = metadata["currency"]
        if currency.lower() == self.settings.reporting_currency or name == "balance.credit_order":
            return metadata["amount"], currency
        presentment = metadata.get("net_amount")
        if presentment is None:
            presentment = metadata.get("presentment_amount")
        if presentment is None or metadata.get("presentment_currency") is None:
            return metadata["amount"], currency
        return presentment, metadata["presentment_currency"]

    @cached_property
    def _ledger_movements(self) -> list[dict]:
        found = []
        for row in self.events:
            if not self._is_ledger(row):
                continue
            name, metadata = row.values["name"], row.record["metadata"]
            order_id = metadata.get("order_id")
            order = self.orders.get(order_id)
            occurred_at = self._occurred_at(row)
            fee_currency = metadata["currency"]
            if name in ORDER_EVENTS and order and order.values["platform_fee_currency"]:
                fee_currency = order.values["platform_fee_currency"]
            order_created_at = None
            if metadata.get("order_created_at") is not None:
                order_created_at = parse_time(metadata["order_created_at"])
            elif order:
                order_created_at = order.values["created_at"]
            elif name in ORDER_EVENTS:
                order_created_at = occurred_at
            found.append(
                self._movement(
                    name.removeprefix("balance."),
                    self.customer_of(row),
                    occurred_at,
                    order_created_at,
                    self._ledger_amount(name, metadata),
                    (metadata.get("fee") or 0, fee_currency),
                    order_id=order_id,
                    refund_id=metadata.get("refund_id"),
                )
            )
        return found

    def _order_movements(self) -> Iterable[dict]:
        in_ledger = {
            movement["order_id"]
            for movement in self._ledger_movements
            if movement["movement_kind"] in ("order", "credit_order")
        }
        for order_id, order in self.orders.items():
            values = order.values
            is_paid = values["paid"]
            if is_paid is None:
                is_paid = values["status"] in PAID_STATUSES
            if order_id in in_ledger or not is_paid:
                continue
            fee_currency = values["platform_fee_currency"] or "usd"
            yield self._movement(
                "order",
                values["customer_id"],
                values["created_at"],
                values["created_at"],
                (values["net_amount"], values["currency"]),
                (values["platform_fee_amount"] or 0, fee_currency),
                order_id=order_id,
            )

    def _refund_movements(self) -> Iterable[dict]:
        ledger_refunds = {
            movement["refund_id"]
            for movement in self._ledger_movements
            if movement["movement_kind"] == "refund"
        }
        recorded: dict[str, int] = defaultdict(int)
        for refund_id, refund in self.refunds.items():
            values = refund.values
            if values["status"] != "succeeded":
                continue
            recorded[values["order_id"]] += values["amount"]
            if refund_id in ledger_refunds:
                continue
            order = self.orders.get(values["order_id"])
            customer_id = values["customer_id"] or (order and order.values["customer_id"])
            yield self._movement(
                "refund",
                customer_id or "unattributed",
                values["created_at"],
                order.values["created_at"] if order else None,
                (-values["amount"], values["currency"]),
                None,
                order_id=values["order_id"],
            )
        with_ledger = {movement["order_id"] for movement in self._ledger_movements}
        for order_id, order in self.orders.items():
            values = order.values
            remainder = (values["refunded_amount"] or 0) - recorded[order_id]
            if order_id in with_ledger or remainder <= 0:
                continue
            yield self._movement(
                "refund",
                values["customer_id"],
                values["modified_at"] or values["created_at"],
                values["created_at"],
                (-remainder, values["currency"]),
                None,
                order_id=order_id,
            )

    # Marts

    @cached_property
    def _items(self) -> list[tuple[str, date, list[tuple[str, Decimal | None]]]]:
        """Customer, booked day and contributions of each cost event and movement."""
        items = [
            (event["customer_id"], event["date_day"], [("cost_amount", event["cost_amount"])])
            for event in self.costs.cost_events
        ]
        components = {"order": "revenue_amount", "credit_order": "revenue_amount"}
        for movement in self.movements:
            kind = movement["movement_kind"]
            component = components.get(kind, f"{kind.removesuffix('_reversal')}_amount")
            contributions = [(component, movement["amount"])]
            if movement["has_fee"]:
                contributions.append(("fee_amount", movement["fee_amount"]))
            items.append((movement["customer_id"], movement["booked_day"], contributions))
        return items

    @staticmethod
    def _cell(items: list[list[tuple[str, Decimal | None]]]) -> dict:
        """Sum the contributions of one customer and period."""
        signs = {
            "revenue_amount": 1,
            "refund_amount": 1,
            "dispute_amount": 1,
            "fee_amount": -1,
            "cost_amount": -1,
        }
        contributions: dict[str, list[Decimal | None]] = {name: [] for name in signs}
        for item in items:
            for name, amount in item:
                contributions[name].append(amount)

        def signed(names: Iterable[str]) -> Decimal | None:
            return sum_known(
                None if amount is None else amount if signs[name] > 0 else amount.copy_negate()
                for name in names
                for amount in contributions[name]
            )

        cell: dict = {name: sum_known(amounts) for name, amounts in contributions.items()}
        cell["net_revenue_amount"] = signed([name for name in signs if name != "cost_amount"])
        cell["profit_amount"] = signed(signs)
        cell["unconverted_count"] = sum(any(amount is None for _, amount in item) for item in items)
        return cell

    def _cells(self, period: Callable[[date], date | None]) -> dict[tuple, dict]:
        grouped: dict[tuple, list] = defaultdict(list)
        for customer_id, day, contributions in self._items:
            grouped[customer_id, period(day)].append(contributions)
        return {key: self._cell(items) for key, items in grouped.items()}

    @staticmethod
    def _accumulate(cells: dict[tuple, dict]) -> dict[tuple, dict]:
        totals: dict[str, Decimal] = defaultdict(Decimal)
        for (customer_id, _), cell in sorted(cells.items()):
            profit = cell["profit_amount"] or Decimal(0)
            totals[customer_id] = EXACT.add(totals[customer_id], profit)
            cell["cumulative_profit_amount"] = totals[customer_id]
        return cells

    @cached_property
    def profit_daily(self) -> dict[tuple, dict]:
        """Keyed by customer and day; only days with a cost event or movement."""
        return self._accumulate(self._cells(lambda day: day))

    @cached_property
    def profit_monthly(self) -> dict[tuple, dict]:
        """Keyed by customer and month, from the first activity to the calendar's end."""
        cells = self._cells(lambda day: day.replace(day=1))
        instants = [event.occurred_at for event in self.all_events]
        instants += [movement["occurred_at"] for movement in self.movements]
        end = self.local_day(max([self.settings.as_of, *instants])).replace(day=1)
        first: dict[str, date] = {}
        for customer_id, month in sorted(cells):
            first.setdefault(customer_id, month)
        for customer_id, month in first.items():
            while month <= end:
                cells.setdefault((customer_id, month), self._cell([]))
                month = (month + timedelta(days=31)).replace(day=1)
        return self._accumulate(cells)

    @cached_property
    def lifetime_value(self) -> dict[str, dict]:
        """Keyed by customer; every customer, also without any activity."""
        lives = self._cells(lambda _: None)
        days: dict[str, list[date]] = defaultdict(list)
        for customer_id, day, _ in self._items:
            days[customer_id].append(day)
        table = {}
        for customer_id in self.customer_ids | set(days):
            cell = lives.get((customer_id, None)) or self._cell([])
            revenue, profit = cell["net_revenue_amount"], cell["profit_amount"]
            margin = None
            if revenue is not None and profit is not None and revenue > 0:
                # The exact quotient has no end: 200 digits decide the twelfth decimal safely.
                margin = round_to(EXACT.divide(profit, revenue), 12)
            table[customer_id] = {
                **cell,
                "lifetime_value_amount": profit or Decimal(0),
                "margin_ratio": margin,
                "first_activity_date": min(days[customer_id], default=None),
                "last_activity_date": max(days[customer_id], default=None),
            }
        return table
