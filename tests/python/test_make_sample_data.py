"""The sample data is what it promises to be: read from its files alone, as a loader would."""

import csv
import gzip
import hashlib
import json
import os
import subprocess
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import ROUND_HALF_EVEN, Decimal
from pathlib import Path

import pytest

PROJECT_ROOT = Path(__file__).resolve().parents[2]
SCRIPT = PROJECT_ROOT / "scripts" / "make_sample_data.py"
YEAR_BEGIN, YEAR_END = "2025-09-01", "2026-09-01"
LARGEST_SAMPLE_BYTES = 40_000_000
CLEAR_LOSS = Decimal(-50)
SLOWEST_EVENTS_PER_SECOND = 20_000
# Runs the script as if from the command line, then prints its peak memory in kB. The figure is
# the process's own: the one that the parent gets contains the parent's memory.
MEASURED_RUN = """
import pathlib, runpy, sys
sys.argv = sys.argv[1:]
sys.path.insert(0, str(pathlib.Path(sys.argv[0]).parent))
try:
    runpy.run_path(sys.argv[0], run_name="__main__")
except SystemExit as end:
    assert not end.code
status = pathlib.Path("/proc/self/status").read_text()
print(status.split("VmHWM:")[1].split()[0])
"""


def start(landing: Path, *arguments: object, **environment: str) -> subprocess.Popen:
    """Start the script on `landing` in a process of its own."""
    command = [sys.executable, SCRIPT, "--landing", landing, *arguments]
    return subprocess.Popen(
        [str(part) for part in command],
        env=os.environ | environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def make(landing: Path, *arguments: object) -> str:
    """Run the script to its end and return what it printed."""
    process = start(landing, *arguments)
    output, errors = process.communicate()
    assert process.returncode == 0, errors
    return output


def digests(landing: Path) -> dict[str, str]:
    """The SHA-256 of every file under `landing`."""
    return {
        str(path.relative_to(landing)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(landing.rglob("*"))
        if path.is_file()
    }


def lines_of(path: Path) -> Iterator[bytes]:
    with gzip.open(path) if path.suffix == ".gz" else path.open("rb") as file:
        for line in file:
            yield line.rstrip(b"\n")


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


def read_event(line: bytes) -> dict | None:
    """The event of a line, or null when the line must be rejected."""

    def unique(pairs: list[tuple[str, object]]) -> dict:
        if len({key for key, _ in pairs}) < len(pairs):
            raise ValueError("a key twice")
        return dict(pairs)

    try:
        event = json.loads(line.decode(), object_pairs_hook=unique)
        is_whole = (
            isinstance(event, dict)
            and isinstance(event.get("name"), str)
            and isinstance(event.get("customer_id"), str | None)
            and moment(event["timestamp"]).tzinfo is not None
            and event["timestamp"] < "2027"
        )
    except (ValueError, TypeError):
        return None
    return event if is_whole else None


def at_path(metadata: dict, path: str) -> object:
    """What stands at a path such as `$._llm.model`, null when there is nothing."""
    found: object = metadata
    for key in path.removeprefix("$.").split("."):
        found = found.get(key) if isinstance(found, dict) else None
    return found


def counts_for(event: dict, meter: dict) -> bool:
    """Whether an event counts for a meter: matches its filter and has what it adds up.

    Of Polar's rules only those that these meters need: no value is of another type than expected.
    """

    def found(name: str) -> object:
        if name in ("name", "source"):
            return event[name]
        return at_path(event["metadata"], name.removeprefix("metadata."))

    def matches(part: dict) -> bool:
        if "clauses" in part:
            combine = {"and": all, "or": any}[part["conjunction"]]
            return combine(matches(clause) for clause in part["clauses"])
        value, wanted = found(part["property"]), part["value"]
        if value is None or type(value) is not type(wanted):
            return False
        return {
            "eq": value == wanted,
            "ne": value != wanted,
            "gt": value > wanted,
            "gte": value >= wanted,
            "lt": value < wanted,
            "like": str(wanted) in str(value),
        }[part["operator"]]

    wanted = meter["aggregation"].get("property")
    return matches(meter["filter"]) and (wanted is None or found(wanted) is not None)


@dataclass
class Year:
    """The sample year as read from its files."""

    landing: Path
    output: str
    events: dict[str, dict] = field(default_factory=dict)
    late_events: int = 0
    same_copies: int = 0
    conflicting_copies: int = 0
    rejected: list[bytes] = field(default_factory=list)
    requests: list[dict] = field(default_factory=list)
    orders: dict[str, dict] = field(default_factory=dict)
    superseded_orders: int = 0
    subscriptions: list[dict] = field(default_factory=list)
    customers: dict[str, dict] = field(default_factory=dict)
    refunds: list[dict] = field(default_factory=list)
    meters: dict[str, dict] = field(default_factory=dict)
    rates: list[tuple[str, Decimal]] = field(default_factory=list)

    def folder(self, name: str) -> list[Path]:
        return sorted((self.landing / name).iterdir())

    def read(self) -> None:
        for path in self.folder("polar/events"):
            if path.suffix == ".json":
                content = json.loads(path.read_bytes(), parse_float=Decimal)
                for request in content if isinstance(content, list) else [content]:
                    self.requests += request["events"]
            else:
                self.read_events(path)
        for path in self.folder("polar/orders"):
            for line in lines_of(path):
                order = json.loads(line)
                self.superseded_orders += order["id"] in self.orders
                self.orders[order["id"]] = order
        for path in self.folder("polar/subscriptions"):
            self.subscriptions += map(json.loads, lines_of(path))
        for path in self.folder("polar/customers"):
            page = json.loads(path.read_bytes())
            assert page["pagination"]["total_count"] == 397
            self.customers |= {customer["id"]: customer for customer in page["items"]}
        meters = json.loads((self.landing / "polar/meters/meters.json").read_bytes())
        self.meters = {meter["name"]: meter for meter in meters}
        with (self.landing / "polar/refunds/refunds.csv").open(newline="") as file:
            self.refunds = list(csv.DictReader(file))
        with (self.landing / "reference/exchange_rates/euro.csv").open(newline="") as file:
            rows = list(csv.DictReader(file))
        self.rates = [(row["rate_date"], Decimal(row["rate"])) for row in rows]

    def read_events(self, path: Path) -> None:
        month_begin = path.name[-len("2025-09.ndjson.gz") :][:7]
        for line in lines_of(path):
            event = read_event(line)
            if event is None:
                self.rejected.append(line)
            elif event["id"] not in self.events:
                self.events[event["id"]] = event
                self.late_events += event["timestamp"][:7] < month_begin
            elif event == self.events[event["id"]]:
                self.same_copies += 1
            else:
                self.conflicting_copies += 1

    def dollars(self, amount: object, currency: str, at: str) -> Decimal:
        """`amount` in cents of `currency` as dollars of the day of `at`."""
        rate = {"usd": Decimal(1)}.get(currency)
        if currency == "eur":
            rate = [rate for day, rate in self.rates if day <= at[:10]][-1]
        return Decimal(amount) / 100 * rate

    def system_events(self, name: str) -> list[dict]:
        return [
            event
            for event in self.events.values()
            if event["name"] == name and event["source"] == "system"
        ]

    def costs(self) -> Iterator[tuple[dict, Decimal]]:
        """Every event with a readable cost, and the cost in dollars."""
        for event in (*self.events.values(), *self.requests):
            cost = event["metadata"].get("_cost")
            try:
                yield event, self.dollars(cost["amount"], cost["currency"], f"{event['timestamp']}")
            except (ArithmeticError, TypeError, IndexError):
                continue


@pytest.fixture(scope="session")
def years(tmp_path_factory: pytest.TempPathFactory) -> tuple[Year, Path]:
    """The sample year, and a second one made at the same time in another environment."""
    folders = [tmp_path_factory.mktemp("sample"), tmp_path_factory.mktemp("again")]
    processes = [
        start(folders[0], PYTHONHASHSEED="1", TZ="UTC", LC_ALL="C"),
        start(folders[1], PYTHONHASHSEED="2", TZ="Asia/Kolkata", LC_ALL="C.UTF-8"),
    ]
    results = [process.communicate() for process in processes]
    assert [process.returncode for process in processes] == [0, 0], results
    year = Year(folders[0], results[0][0])
    year.read()
    return year, folders[1]


@pytest.fixture(scope="session")
def year(years: tuple[Year, Path]) -> Year:
    return years[0]


def test_the_same_arguments_give_the_same_bytes(years: tuple[Year, Path]) -> None:
    year, again = years
    files = digests(year.landing)
    assert files == digests(again)
    assert len(files) == 29
    assert sum(path.stat().st_size for path in year.landing.rglob("*.*")) < LARGEST_SAMPLE_BYTES


def test_the_printed_counts_are_those_of_the_files(year: Year) -> None:
    printed = {}
    for line in year.output.splitlines()[1:]:
        count, thing = line.strip().split(" ", 1)
        printed[thing] = int(count.replace(",", ""))
    sent = {request["external_id"] for request in year.requests}
    assert printed["events"] == len(year.events) + len(sent)
    assert 60_000 < printed["events"] < 80_000
    repeated = len(year.requests) - len(sent)
    assert printed["events delivered twice"] == year.same_copies + repeated
    assert printed["conflicting copies of events"] == year.conflicting_copies
    assert printed["broken event lines"] == len(year.rejected)
    assert printed["orders"] == len(year.orders)
    assert printed["subscriptions"] == len(year.subscriptions)
    assert printed["customers"] == len(year.customers)
    assert printed["refunds"] == len(year.refunds)
    assert printed["meters"] == len(year.meters)
    assert printed["credit benefits"] == 2


def test_orders_obey_the_arithmetic_of_the_specification(year: Year) -> None:
    for order in year.orders.values():
        inclusive_tax = order["tax_amount"] if order["currency"] == "eur" else 0
        net = order["subtotal_amount"] - order["discount_amount"] - inclusive_tax
        assert order["net_amount"] == net
        assert order["total_amount"] == net + order["tax_amount"]
        owed = order["total_amount"] + order["applied_balance_amount"]
        assert order["due_amount"] == max(0, owed)
        refundable = net + order["applied_balance_amount"]
        assert order["refundable_amount"] == max(0, refundable - order["refunded_amount"])
        assert order["refundable_tax_amount"] == order["tax_amount"] - order["refunded_tax_amount"]
        assert 0 <= order["refunded_tax_amount"] <= order["tax_amount"]
        assert order["subtotal_amount"] == sum(item["amount"] for item in order["items"])
        assert order["tax_amount"] == sum(item["tax_amount"] for item in order["items"])
        assert order["paid"] == (order["status"] in ("paid", "refunded", "partially_refunded"))
        is_refunded = order["refunded_amount"] > 0
        is_whole = is_refunded and order["refunded_amount"] >= refundable
        assert (order["status"] == "refunded") == is_whole
        assert (order["status"] == "partially_refunded") == (is_refunded and not is_whole)


def test_refunded_amounts_are_the_sums_of_the_refunds(year: Year) -> None:
    sums: dict[str, Counter] = defaultdict(Counter)
    for refund in year.refunds:
        order = year.orders[refund["order_id"]]
        assert refund["currency"] == order["currency"]
        assert refund["customer_id"] == order["customer_id"]
        assert order["created_at"] < refund["created_at"] < YEAR_END
        if refund["status"] == "succeeded":
            sums[order["id"]]["amount"] += int(refund["amount"])
            sums[order["id"]]["tax"] += int(refund["tax_amount"])
    for order in year.orders.values():
        assert order["refunded_amount"] == sums[order["id"]]["amount"]
        assert order["refunded_tax_amount"] == sums[order["id"]]["tax"]


def test_references_lead_somewhere(year: Year) -> None:
    products = json.loads((year.landing / "polar/products/products.json").read_bytes())
    product_ids = {product["id"] for product in products}
    price_ids = {price["id"] for product in products for price in product["prices"]}
    subscription_ids = {subscription["id"] for subscription in year.subscriptions}
    shown = {order["customer"]["id"] for order in year.orders.values()} | set(year.customers)
    for order in year.orders.values():
        assert order["customer"]["id"] == order["customer_id"]
        assert order["product_id"] in product_ids
        assert order["subscription_id"] is None or order["subscription_id"] in subscription_ids
        assert {item["product_price_id"] for item in order["items"]} <= price_ids
        assert YEAR_BEGIN < order["created_at"] < YEAR_END
    for subscription in year.subscriptions:
        assert subscription["customer_id"] in shown
        assert subscription["product_id"] in product_ids
    for event in year.events.values():
        assert event["customer_id"] is None or event["customer_id"] in shown
        assert event["parent_id"] is None or event["parent_id"] in year.events
    everyone = [*year.customers.values(), *(event["customer"] for event in year.events.values())]
    assert all(person["email"].endswith("@example.com") for person in everyone if person)


def test_system_events_agree_with_the_records(year: Year) -> None:
    ledger_orders = set()
    for event in year.system_events("balance.order"):
        metadata, order = event["metadata"], year.orders[event["metadata"]["order_id"]]
        ledger_orders.add(order["id"])
        rate = Decimal(str(metadata.get("exchange_rate", 1)))
        settled = (order["net_amount"] * rate).quantize(Decimal(1), ROUND_HALF_EVEN)
        assert (metadata["amount"], metadata["currency"]) == (settled, "usd")
        assert metadata["presentment_amount"] == metadata["net_amount"] == order["net_amount"]
        assert metadata["presentment_currency"] == order["currency"]
        assert ("exchange_rate" in metadata) == (order["currency"] == "eur")
        assert metadata["fee"] == order["platform_fee_amount"]
        assert event["timestamp"] == order["created_at"]
    paid = {event["metadata"]["order_id"] for event in year.system_events("order.paid")}
    credit = {e["metadata"]["order_id"] for e in year.system_events("balance.credit_order")}
    free = {order_id for order_id in paid if year.orders[order_id]["net_amount"] == 0}
    assert credit and free and paid == ledger_orders | credit | free
    assert 0.3 < len(paid) / len(year.orders) < 0.7
    refunds = {refund["id"]: refund for refund in year.refunds}
    for event in year.system_events("balance.refund"):
        refund = refunds.pop(event["metadata"]["refund_id"])
        assert -int(refund["amount"]) == event["metadata"]["presentment_amount"]
    left = [refund for refund in refunds.values() if refund["order_id"] in paid]
    assert {refund["status"] for refund in left} == {"pending", "failed"}
    assert year.system_events("balance.dispute") and year.system_events("balance.dispute_reversal")


def test_the_business_has_all_the_turns_of_a_year(year: Year) -> None:
    subscriptions = year.subscriptions
    statuses = Counter(subscription["status"] for subscription in subscriptions)
    assert statuses["active"] > 150 and statuses["canceled"] > 80 and statuses["past_due"] == 3
    assert sum(subscription["trial_end"] is not None for subscription in subscriptions) > 100
    intervals = Counter(subscription["recurring_interval"] for subscription in subscriptions)
    assert intervals["year"] > 20 and intervals["month"] > 200
    reasons = Counter(order["billing_reason"] for order in year.orders.values())
    assert reasons["purchase"] > 100 and reasons["subscription_update"] > 10
    currencies = Counter(order["currency"] for order in year.orders.values())
    assert currencies["usd"] > 1000 and currencies["eur"] > 300 and currencies["sek"] == 1
    assert any(order["discount_amount"] for order in year.orders.values())
    order_statuses = Counter(order["status"] for order in year.orders.values())
    assert order_statuses["refunded"] > 5 and order_statuses["partially_refunded"] > 5
    assert any(
        refund["created_at"][:7] > year.orders[refund["order_id"]]["created_at"][:7]
        for refund in year.refunds
    )
    assert year.superseded_orders > 0
    assert {rate_date for rate_date, _ in year.rates if rate_date <= YEAR_BEGIN}


def test_events_arrive_late_twice_broken_and_unknown(year: Year) -> None:
    assert year.late_events > 200
    assert year.same_copies > 500 and year.conflicting_copies == 6
    events = list(year.events.values())
    customers = list(year.customers.values())
    external_ids = {customer["external_id"] for customer in customers}
    unknown = [e for e in events if e["external_customer_id"] not in external_ids | {None}]
    nobody = [e for e in events if not e["customer_id"] and not e["external_customer_id"]]
    assert len(unknown) == 45 and len(nobody) == 60
    created_at = {c["external_id"]: c["created_at"] for c in customers}
    before = {
        event["external_customer_id"]
        for event in events
        if event["timestamp"] < created_at.get(event["external_customer_id"] or "", "")
    }
    # Five customers came after their usage, and one inherited the external id of a deleted one.
    assert len(before) == 6
    owners = Counter(customer["external_id"] for customer in customers if customer["external_id"])
    [(shared, count)] = [item for item in owners.most_common() if item[1] > 1]
    deleted = [c["deleted_at"] for c in customers if c["external_id"] == shared and c["deleted_at"]]
    assert count == 2 and len(deleted) == 1
    referenced = {order["customer_id"] for order in year.orders.values()}
    assert len(referenced - set(year.customers)) == 3
    prompts = [e for e in events if "prompt" in e["metadata"].get("_llm", ())]
    assert len(prompts) == 6
    amounts = [e["metadata"]["_cost"]["amount"] for e in events if "_cost" in e["metadata"]]
    assert {"n/a", "", True, "0.30000000000000004", "1e-7", "-12.5"} <= set(amounts)
    assert any("." in f"{a}" and len(f"{a}".split(".")[1]) == 12 for a in amounts)
    with_received_time = [event for event in events if "ingested_at" in event]
    assert 0 < len(with_received_time) < len(events)
    assert all(e["timestamp"] <= e["ingested_at"] for e in with_received_time)


def test_every_kind_of_broken_line_is_there(year: Year) -> None:
    kinds = Counter()
    for line in year.rejected:
        try:
            value = json.loads(line)
        except UnicodeDecodeError:
            kinds["invalid UTF-8"] += 1
            continue
        except ValueError:
            kinds["malformed"] += 1
            continue
        if not isinstance(value, dict):
            kinds["not an object"] += 1
        elif not isinstance(value.get("name"), str):
            kinds["name"] += 1
        elif value["timestamp"] != "2026-01-15T12:00:00.000000Z":
            kinds["timestamp"] += 1
        elif "customer_id" in value:
            kinds["customer id"] += 1
        else:
            kinds["key twice"] += 1
    assert kinds == {
        "invalid UTF-8": 2,
        "malformed": 6,
        "not an object": 6,
        "name": 6,
        "timestamp": 10,
        "customer id": 2,
        "key twice": 6,
    }


def test_requests_are_other_events_than_the_export(year: Year) -> None:
    sent = Counter(request["external_id"] for request in year.requests)
    assert len(sent) > 500 and len(year.requests) - len(sent) == 180
    assert not {event["name"] for event in year.events.values()} & {"image.render"}
    amounts = [request["metadata"]["_cost"]["amount"] for request in year.requests]
    assert all(isinstance(amount, Decimal | int) for amount in amounts)
    kinds = {type(request["timestamp"]) for request in year.requests}
    assert kinds == {int, str}


def test_meters_are_of_every_kind_and_find_events(year: Year) -> None:
    functions = {meter["aggregation"]["func"] for meter in year.meters.values()}
    assert functions == {"count", "sum", "avg", "max", "unique"}
    events = [*year.events.values(), *year.requests]
    counted = {
        name: [event for event in events if counts_for(event, meter)]
        for name, meter in year.meters.items()
    }
    assert all(len(found) > 200 for found in counted.values())
    models = {event["metadata"]["_llm"]["model"] for event in counted["Language models in use"]}
    assert len(models) == 4
    [archived] = [meter for meter in year.meters.values() if meter["archived_at"]]
    times = [event["timestamp"] for event in counted[archived["name"]]]
    assert min(times) < archived["archived_at"] < max(times)


def test_credits_are_of_a_meter(year: Year) -> None:
    credited = {event["metadata"]["meter_id"] for event in year.system_events("meter.credited")}
    assert credited == {year.meters["Credits"]["id"]}


def test_some_customers_cost_more_than_they_pay(year: Year) -> None:
    profit: dict[str, Decimal] = defaultdict(Decimal)
    revenue: dict[str, Decimal] = defaultdict(Decimal)
    cost: dict[str, Decimal] = defaultdict(Decimal)
    for order in year.orders.values():
        if order["paid"] and order["currency"] != "sek":
            kept = order["net_amount"] - order["refunded_amount"]
            fee = Decimal(order["platform_fee_amount"]) / 100
            at = order["created_at"]
            revenue[at[:7]] += year.dollars(order["net_amount"], order["currency"], at)
            profit[order["customer_id"]] += year.dollars(kept, order["currency"], at) - fee
    living = {c["external_id"]: c["id"] for c in year.customers.values() if not c["deleted_at"]}
    prices: dict[bool, set[Decimal]] = defaultdict(set)
    for event, dollars in year.costs():
        owner = event.get("customer_id") or living.get(event["external_customer_id"])
        profit[owner or "unknown"] -= dollars
        cost[f"{event['timestamp']}"[:7]] += dollars
        usage = event["metadata"].get("_llm", {})
        if event["name"] == "llm.call" and usage["model"] == "atlas-large" and dollars > 1:
            per_input = dollars * 1_000_000 / (usage["input_tokens"] + 5 * usage["output_tokens"])
            prices[event["timestamp"] >= "2026-03"].add(round(per_input, 2))
    assert prices == {False: {Decimal("5.00")}, True: {Decimal("9.00")}}
    assert len(revenue) == 12
    assert all(10_000 < month < 22_000 for month in revenue.values())
    assert Decimal("0.40") < sum(cost.values()) / sum(revenue.values()) < Decimal("0.60")
    losers = [c for c, amount in profit.items() if amount < CLEAR_LOSS and c in year.customers]
    assert 10 <= len(losers) <= 20


@pytest.fixture(scope="session")
def benchmark(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[bytes]]:
    """A folder with 60 000 benchmark events at a pace of 40 000 a year, and their lines."""
    landing = tmp_path_factory.mktemp("benchmark")
    make(landing, "--events", 60_000, "--events-per-year", 40_000)
    [path] = (landing / "polar/events").iterdir()
    return landing, list(lines_of(path))


def test_benchmark_events_are_a_realistic_mix(benchmark: tuple[Path, list[bytes]]) -> None:
    _, lines = benchmark
    assert len(lines) == 60_000
    assert 410 < sum(map(len, lines)) / len(lines) < 450
    events = [event for event in map(read_event, lines) if event]
    assert len(lines) - len(events) == 60
    share = Counter()
    seen: dict[str, bytes] = {}
    latest = ""
    for line in lines:
        event = read_event(line)
        if event is None:
            continue
        if event["id"] in seen:
            assert seen[event["id"]] == line
            share["copy"] += 1
            continue
        seen[event["id"]] = line
        share["customer id"] += event["customer_id"] is not None
        share["external id"] += event["external_customer_id"] is not None
        cost = event["metadata"].get("_cost")
        share["cost"] += cost is not None
        share["cost as a number"] += cost is not None and not isinstance(cost["amount"], str)
        if latest and moment(latest) - moment(event["timestamp"]) >= timedelta(days=1):
            share["late"] += 1
        else:
            assert event["timestamp"] >= latest
            latest = event["timestamp"]
    assert share["copy"] == 60_000 // 50
    percent = {kind: 100 * count / len(seen) for kind, count in share.items()}
    assert 58 < percent["customer id"] < 62 and 33 < percent["external id"] < 37
    assert 68 < percent["cost"] < 72 and 5 < percent["cost as a number"] < 12
    assert 4 < percent["late"] < 6
    # 40 000 events fill 2025, the other 20 000 follow at the same pace.
    assert lines[0].split(b'"timestamp":"')[1].startswith(b"2025-01-01T00:00:00.000Z")
    assert latest.startswith("2026-07-0")


def test_benchmark_events_form_trees(benchmark: tuple[Path, list[bytes]]) -> None:
    _, lines = benchmark
    # Copies are alike: the place in the file at which an event came first.
    places: dict[str, int] = {}
    events: dict[str, dict] = {}
    for place, event in enumerate(map(read_event, lines)):
        if event:
            places.setdefault(event["id"], place)
            events[event["id"]] = event
    by_external_id = {e["external_id"]: e["id"] for e in events.values() if "external_id" in e}
    named = {id_: event["parent_id"] for id_, event in events.items() if "parent_id" in event}
    parents = {
        id_: by_external_id.get(name, name)
        for id_, name in named.items()
        if name in by_external_id or name in events
    }
    assert 0.19 < len(named) / len(events) < 0.21
    assert 0.45 < sum(name in by_external_id for name in named.values()) / len(named) < 0.55
    # The rest name an event that comes after the last one here.
    assert 0.99 * len(named) < len(parents) < len(named)

    distances = [places[child] - places[parent] for child, parent in parents.items()]
    assert sum(0 < distance < 20 for distance in distances) > 0.9 * len(distances)
    assert sum(distance < 0 for distance in distances) > 0.005 * len(distances)
    assert sum(distance > 1_000 for distance in distances) > 0.01 * len(distances)
    depths = Counter()
    for child in parents:
        depth, above = 0, child
        while above in parents:
            depth, above = depth + 1, parents[above]
        depths[depth] += 1
    assert sorted(depths) == [1, 2, 3, 4] and depths[4] > 100


def test_benchmark_metrics_find_as_many_values_as_events_have_costs(
    benchmark: tuple[Path, list[bytes]],
) -> None:
    landing, lines = benchmark
    [path] = (landing / "paygentic/cost_metrics").iterdir()
    metrics = [json.loads(line) for line in lines_of(path)]
    assert len(metrics) == 3 and all(len(metric["groupBy"]) == 4 for metric in metrics)
    events = [event for event in map(read_event, lines) if event]

    found, dimensions, costs = Counter(), Counter(), 0
    for event in events:
        costs += "_cost" in event["metadata"]
        for metric in metrics:
            if metric["eventType"] == event["name"]:
                assert at_path(event["metadata"], metric["valueProperty"]) > 0
                found[metric["id"]] += 1
                for name, path in metric["groupBy"].items():
                    dimensions[name, at_path(event["metadata"], path)] += 1
    assert min(found.values()) > 1_000
    assert 0.97 < sum(found.values()) / costs < 1.03
    # Only the feature is missing now and then; no dimension has many values.
    assert {name for name, value in dimensions if value is None} == {"feature"}
    assert max(Counter(name for name, _ in dimensions).values()) < 10


def test_benchmark_meters_differ_and_fifty_count_less_than_twice_what_five_count(
    benchmark: tuple[Path, list[bytes]], tmp_path: Path
) -> None:
    _, lines = benchmark
    make(tmp_path, "--events", 10, "--meters", 100)
    [path] = (tmp_path / "polar/meters").iterdir()
    meters = [json.loads(line) for line in lines_of(path)]
    rules = {json.dumps([meter["filter"], meter["aggregation"]]) for meter in meters}
    assert len(rules) == len({meter["id"] for meter in meters}) == 100
    functions = Counter(meter["aggregation"]["func"] for meter in meters[:50])
    assert set(functions) == {"count", "sum", "avg", "unique", "max", "min"}
    assert max(functions.values()) < 12
    assert [meter["aggregation"]["func"] for meter in meters[:5]] == [
        "count",
        "sum",
        "avg",
        "unique",
        "max",
    ]

    events = [event for event in map(read_event, lines[:20_000]) if event]
    counted = [sum(counts_for(event, meter) for event in events) for meter in meters[:50]]
    assert min(counted) > 10
    assert 0.8 < sum(counted[:5]) / len(events) < 0.9
    assert 1.5 < sum(counted) / sum(counted[:5]) < 2


def test_benchmark_meters_are_five_unless_asked_for(
    benchmark: tuple[Path, list[bytes]], tmp_path: Path
) -> None:
    landing, _ = benchmark
    [path] = (landing / "polar/meters").iterdir()
    five = list(lines_of(path))
    assert len(five) == 5
    make(tmp_path, "--events", 10, "--meters", 1)
    assert list(lines_of(tmp_path / "polar/meters" / path.name)) == five[:1]


def test_benchmark_continues_where_a_shorter_run_stopped(
    benchmark: tuple[Path, list[bytes]], tmp_path: Path
) -> None:
    _, lines = benchmark
    make(tmp_path, "--events", 40_000)
    make(tmp_path, "--events", 20_000, "--first-event", 40_000)
    first, further = sorted((tmp_path / "polar/events").iterdir(), key=lambda p: len(p.name))
    assert list(lines_of(first)) == lines[:40_000]
    assert list(lines_of(further)) == lines[40_000:]


def test_benchmark_customers_grow_with_the_events(tmp_path: Path) -> None:
    make(tmp_path, "--events", 10_000, "--first-event", 1_100_000)
    assert {path.name for path in (tmp_path / "polar/events").iterdir()} == {
        "part-00002-from-1100000.ndjson"
    }
    folders = {}
    for entity in ("customers", "subscriptions", "orders"):
        [path] = (tmp_path / "polar" / entity).iterdir()
        folders[entity] = [json.loads(line) for line in lines_of(path)]
    # A customer for every 2500 events: the first 440 came before.
    assert [c["external_id"] for c in folders["customers"]] == [
        f"account-{n}" for n in range(440, 444)
    ]
    customer_ids = {customer["id"] for customer in folders["customers"]}
    assert {order["customer_id"] for order in folders["orders"]} == customer_ids
    assert len(folders["orders"]) == 12 * len(customer_ids)
    assert len({order["id"] for order in folders["orders"]}) == 12 * len(customer_ids)
    subscriptions = {subscription["id"]: subscription for subscription in folders["subscriptions"]}
    for order in folders["orders"]:
        assert order["net_amount"] == subscriptions[order["subscription_id"]]["amount"]


def test_benchmark_customers_are_those_of_the_events(benchmark: tuple[Path, list[bytes]]) -> None:
    landing, lines = benchmark
    [path] = (landing / "polar/customers").iterdir()
    customers = [json.loads(line) for line in lines_of(path)]
    assert len(customers) == 400
    events = [event for event in map(read_event, lines) if event]
    assert {e["customer_id"] for e in events} - {None} <= {c["id"] for c in customers}
    external_ids = {customer["external_id"] for customer in customers}
    assert {e["external_customer_id"] for e in events} - {None} <= external_ids


def test_benchmark_is_fast_and_needs_the_same_memory_at_any_size(tmp_path: Path) -> None:
    peaks = {}
    for count in (200_000, 800_000):
        begin = time.perf_counter()
        command = [
            sys.executable,
            "-c",
            MEASURED_RUN,
            SCRIPT,
            "--landing",
            tmp_path,
            "--events",
            count,
        ]
        run = subprocess.run([str(part) for part in command], capture_output=True, text=True)
        seconds = time.perf_counter() - begin
        assert run.returncode == 0, run.stderr
        peaks[count] = int(run.stdout.split()[-1])
    assert count / seconds > SLOWEST_EVENTS_PER_SECOND
    assert peaks[800_000] < 1.25 * peaks[200_000]


def test_only_files_of_the_same_name_are_overwritten(tmp_path: Path) -> None:
    folder = tmp_path / "polar/events"
    folder.mkdir(parents=True)
    (folder / "mine.ndjson").write_text("my own\n")
    (folder / "part-00001.ndjson").write_text("an older run\n")
    output = make(tmp_path, "--events", 10)
    assert "will be loaded too: 1, for example polar/events/mine.ndjson." in output
    assert (folder / "mine.ndjson").read_text() == "my own\n"
    assert len(list(lines_of(folder / "part-00001.ndjson"))) == 10


@pytest.mark.parametrize(
    "arguments",
    [
        ["--events", "0"],
        ["--events", "100000001"],
        ["--first-event", "5"],
        ["--events-per-year", "5"],
        ["--meters", "5"],
        ["--events", "5", "--meters", "0"],
        ["--events", "5", "--meters", "101"],
        ["--events", "5", "--first-event", "-1"],
        ["--events", "5", "--events-per-year", "0"],
        ["--events", "11", "--first-event", "10"],
    ],
)
def test_wrong_arguments_are_refused(tmp_path: Path, arguments: list[str]) -> None:
    process = start(tmp_path / "landing", *arguments)
    _, errors = process.communicate()
    assert process.returncode == 2 and "usage:" in errors
    assert not (tmp_path / "landing").exists()


def test_a_folder_that_cannot_be_written_is_a_plain_message(tmp_path: Path) -> None:
    (tmp_path / "polar").write_text("a file where a folder must be")
    process = start(tmp_path, "--events", "10")
    _, errors = process.communicate()
    assert process.returncode == 1
    assert errors.startswith("Cannot write the sample data: ") and "Traceback" not in errors
