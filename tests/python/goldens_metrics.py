"""The worked examples of the dashboard's metrics, told as records of Polar's API.

A request for some customers or products only is told by landing theirs alone. A request ends with
a day; here its last instant is the clock.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

from goldens_credits import LATE, MADE, at
from goldens_stories import Case, lines, load_cases
from oracle_metric_periods import GRAINS, Periods
from oracle_metrics import LASTING, SUMMED, Metrics, ask_metrics, ratio
from oracle_values import RATIO_DECIMALS, LandedFile, round_to

CASES = [case for case in load_cases("metrics") if case["area"] == "metrics"]
DATASETS = load_cases("metrics", "datasets")

# Every figure of an answer.
SLUGS = (
    *SUMMED,
    *LASTING,
    "average_order_value",
    "net_average_order_value",
    "active_user_by_event",
    "cost_per_user",
    "checkouts_conversion",
)

Records = dict[str, list[dict]]
# Start of a period -> slug -> value.
Cells = dict[datetime, dict[str, Any]]


@dataclass(frozen=True)
class Telling:
    """Examples that one warehouse holds together, because none touches what another asks.

    Attributes:
        name: of the telling.
        zone: IANA name of the time zone.
        as_of: the clock.
        cases: the examples.
    """

    name: str
    zone: str
    as_of: datetime
    cases: tuple[Case, ...]

    @property
    def records(self) -> Records:
        """The records of all examples, by entity; what two of them share, once."""
        merged: dict[str, dict[str, dict]] = {}
        for case in self.cases:
            for entity, listed in asked_records(case).items():
                merged.setdefault(entity, {}).update((record["id"], record) for record in listed)
        return {entity: list(listed.values()) for entity, listed in merged.items()}

    @property
    def intervals(self) -> list[str]:
        """The intervals that its examples ask for."""
        asked = {case["query"]["interval"] for case in self.cases}
        return [interval for interval in GRAINS if interval in asked]

    @property
    def files(self) -> dict[str, bytes]:
        """The files to land."""
        return metric_files(self.records)

    def ask(self) -> Metrics:
        """Ask the oracle."""
        return ask_files(self.files, self.as_of, self.zone)


def load_tellings() -> list[Telling]:
    """Return the tellings, in which every example is once."""
    of_id = {case["id"]: case for case in CASES}
    return [
        Telling(
            name=name,
            zone=told["zone"],
            as_of=at(told["as_of"]),
            cases=tuple(of_id[case_id] for case_id in told["cases"]),
        )
        for name, told in load_cases("metrics", "tellings").items()
    ]


# Records


def asked_records(case: Case) -> Records:
    """Return the records that a request looks at, by entity."""
    dataset, query = DATASETS[case["dataset"]], case["query"]
    records = dict(dataset)
    if "customer_ids" in query:
        customer_ids = set(query["customer_ids"])
        records["customers"] = _only(dataset, "customers", lambda one: one["id"] in customer_ids)
        external_ids = {one["external_id"] for one in records["customers"]} - {None}
        for entity in ("subscriptions", "orders", "events"):
            records[entity] = _only(
                dataset,
                entity,
                lambda one: (
                    one["customer_id"] in customer_ids
                    or one.get("external_customer_id") in external_ids
                ),
            )
    elif "product_ids" in query or "billing_types" in query:
        product_ids = set(query.get("product_ids", ())) or {
            one["id"]
            for one in dataset["products"]
            if query["billing_types"] == ["recurring" if one["is_recurring"] else "one_time"]
        }
        for entity in ("subscriptions", "orders"):
            records[entity] = _only(dataset, entity, lambda one: one["product_id"] in product_ids)
        records["events"] = _only(
            dataset, "events", lambda one: one["metadata"].get("product_id") in product_ids
        )
    left_out = set(case.get("leaves_out", ()))
    return {
        entity: [record for record in listed if record["id"] not in left_out]
        for entity, listed in records.items()
    }


def _only(dataset: Records, entity: str, is_asked: Callable[[dict], bool]) -> list[dict]:
    return [record for record in dataset.get(entity, []) if is_asked(record)]


def metric_files(records: Records) -> dict[str, bytes]:
    """Write records as files to land; those without `created_at` were made at `MADE`."""
    return {
        f"polar/{entity}/examples.ndjson": lines(
            {"created_at": MADE, **record} for record in listed
        ).encode()
        for entity, listed in records.items()
        if listed
    }


def ask_files(files: dict[str, bytes], as_of: datetime, zone: str) -> Metrics:
    """Ask the oracle about files that land late, one after the other."""
    landed = [
        LandedFile("polar", name.split("/")[1], name, at(LATE) + timedelta(seconds=number), content)
        for number, (name, content) in enumerate(files.items())
    ]
    return ask_metrics(landed, as_of, zone)


# What is expected


def clock_of(case: Case) -> datetime:
    """Return the last instant that a request asks for."""
    query = case["query"]
    end = datetime.combine(date.fromisoformat(query["end_date"]), time.max)
    return end.replace(tzinfo=ZoneInfo(query["timezone"])).astimezone(UTC)


def periods_of(case: Case) -> list[datetime]:
    """Return the starts of all periods that a request asks for."""
    query = case["query"]
    periods = Periods(query["interval"], ZoneInfo(query["timezone"]))
    first = periods.midnight(date.fromisoformat(query["start_date"]))
    return periods.between(first, clock_of(case))


def expected_cells(case: Case, *, computed: bool = False) -> Cells:
    """Return the figures of an example as this warehouse should have them.

    Args:
        case: the example.
        computed: all figures of the answer, not only those that are asserted.
    """
    cells: Cells = {}
    for start, values in case["computed" if computed else "polar"].get("periods", {}).items():
        cells[at(start)] = {**dict.fromkeys(SLUGS if computed else (), 0), **values}
    if not computed:
        for slug in case["polar"].get("all_other_periods_zero", ()):
            for start in periods_of(case):
                cells.setdefault(start, {slug: 0})
    for start, values in case.get("here", {}).get("periods", {}).items():
        cell = cells.get(at(start), {})
        cell.update((slug, value) for slug, value in values.items() if slug in cell)
    return cells


def expected_totals(case: Case, *, computed: bool = False) -> dict[str, Any]:
    """Return what an example finds for all its periods together."""
    found = case["computed" if computed else "polar"].get("totals", {})
    totals = {**dict.fromkeys(SLUGS if computed else (), 0), **found}
    here = case.get("here", {}).get("totals", {})
    return totals | {slug: value for slug, value in here.items() if slug in totals}


def find_differences(cells: Cells, rows: Cells) -> list[str]:
    """Compare figures of examples with rows by the start of their periods.

    Before the first activity there are no rows, where Polar has zeros; and without any checkout or
    seat their figures are unknown, where Polar's are zero.
    """
    first = min(rows)
    found = []
    for start, cell in cells.items():
        row = rows[start] if start >= first else dict.fromkeys(cell, 0)
        found += [
            f"{start:%F %T} {slug}: {row[slug]} instead of {value}"
            for slug, value in cell.items()
            if not is_same(row[slug], value)
        ]
    return found


def is_same(found: object, expected: object) -> bool:
    """Whether a figure is that of an example, which has the digits that a double has."""
    if found is None:
        return expected == 0
    return _rounded(found) == _rounded(expected)


def _rounded(value: object) -> Decimal:
    if isinstance(value, Fraction):
        return ratio(value)
    return round_to(Decimal(str(value)), RATIO_DECIMALS)
