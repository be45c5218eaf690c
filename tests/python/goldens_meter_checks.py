"""What the worked examples of meters must end in, in the marts of a build or in the oracle's.

An assertion here is a test's: `test_goldens.py` asks for each example.
"""

from collections import defaultdict
from collections.abc import Callable
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import cache

from goldens_meters import (
    WINDOW_CUSTOMERS,
    cell_name,
    load_openmeter_cases,
    load_polar_cases,
    openmeter_set,
    openmeter_story,
    polar_story,
    truth_event_id,
    truth_story,
    truth_values,
)
from goldens_stories import Case, ask_oracle, named_apart
from oracle_rows import usage_rows
from oracle_values import parse_time
from stories import Rows, variables_of

Marts = dict[str, Rows]
ALL_POLAR = {case["id"]: case for case in load_polar_cases()}
OPENMETER = {case["id"]: case for case in load_openmeter_cases()}
GIVEN_CELLS = {
    cell_name(case["clause"]["operator"], case["clause"]["value"]): case
    for case in ALL_POLAR.values()
    if case["area"] == "filter_truth_table"
}
COMBINE: dict[str, Callable[[list[Decimal]], Decimal]] = {
    "count": sum,
    "sum": sum,
    "min": min,
    "max": max,
    "avg": lambda quantities: sum(quantities) / len(quantities),
}


def _of_meter(case: Case, rows: Rows, name: str = "meter") -> Rows:
    return [row for row in rows if row["meter_id"] == named_apart(case, name)]


def _answer(case: Case) -> dict:
    return case["polar"] if case["applies"] else case["here"]


# Polar


def _check_filter(case: Case, marts: Marts) -> None:
    """The events that pass, and no others."""
    found = sorted(row["event_id"] for row in _of_meter(case, marts["meter_events"]))
    assert found == [named_apart(case, name) for name in _answer(case)["matching_event_ids"]]


def _check_validation(case: Case, marts: Marts) -> None:
    """The meter is in force, or its value is named as what is wrong."""
    meter_id = named_apart(case, "meter")
    is_listed = meter_id in {row["meter_id"] for row in marts["meters"]}
    assert is_listed == _answer(case)["accepted"]
    refused = [
        (row["place"], row["reject_reason"])
        for row in marts["rejected_definitions"]
        if row["definition_id"] == meter_id
    ]
    # The clause is in a group of its own, beside the one that keeps examples apart.
    named = ("filter.clauses[1].clauses[0].value", "unreadable_value")
    assert refused == ([] if is_listed else [named])


def _check_aggregation(case: Case, marts: Marts) -> None:
    """The customer's quantity of the day; nothing where nothing counts."""
    if case["id"] == "aggregation.summable":
        _check_summable(case, marts)
        return
    quantities = [
        row["usage_quantity"]
        for row in _of_meter(case, marts["meter_usage_daily"])
        if row["customer_id"] == named_apart(case, "cust_1")
    ]
    value = _answer(case).get("value")
    assert quantities == ([] if value is None else [Decimal(str(value))])
    if "event_counts_for_meter" in _answer(case):
        is_counted = bool(_of_meter(case, marts["meter_events"]))
        assert is_counted == _answer(case)["event_counts_for_meter"]


def _check_summable(case: Case, marts: Marts) -> None:
    """Of two customers who did the same, counts and sums alone add up to what both did."""
    found = {}
    for function in case["polar"]:
        of_customers = _of_meter(case, marts["meter_usage_daily"], function)
        [of_all] = _of_meter(case, marts["meter_quantities_daily"], function)
        assert [row["usage_quantity"] for row in of_customers] == [1, 1]
        found[function] = of_all["usage_quantity"] == 2
    assert found == case["polar"]


def _check_quantities(case: Case, marts: Marts) -> None:
    """Each day of a customer, or of all customers put together, and the whole time."""
    query, answer = case["query"], _answer(case)
    if "customer_aggregation_function" in query:
        customer_ids = {row["customer_id"] for row in _of_meter(case, marts["meter_events"])}
        combine = COMBINE[query["customer_aggregation_function"]]
    else:
        name = query["customer_id"]
        customer_id = name and named_apart(case, name)
        if customer_id is None:
            customer_id = f"external:{named_apart(case, query['external_customer_id'])}"
        customer_ids, combine = {customer_id}, COMBINE["sum"]
    daily = [
        row
        for row in _of_meter(case, marts["meter_usage_daily"])
        if row["customer_id"] in customer_ids
    ]
    first, last = (date.fromisoformat(query[f"{end}_timestamp"][:10]) for end in ("start", "end"))
    found = []
    for number in range((last - first).days + 1):
        day = [row for row in daily if row["date_day"] == first + timedelta(days=number)]
        found.append(combine([row["usage_quantity"] for row in day]) if day else 0)
    assert found == answer["quantities"]
    # A total is aggregated from the events themselves.
    quantities: dict[str, list[Decimal]] = defaultdict(list)
    for row in _of_meter(case, marts["meter_events"]):
        if row["customer_id"] in customer_ids:
            quantities[row["customer_id"]].append(row["quantity"])
    aggregate = COMBINE[case["meter"]["aggregation"]["func"]]
    total = combine([aggregate(of_customer) for of_customer in quantities.values()])
    assert total == Decimal(str(answer["total"]))


def _check_customers(case: Case, marts: Marts) -> None:
    """Whose event is whose; an external id that nobody has is a row of its own."""
    events = _of_meter(case, marts["meter_events"])
    if "query" in case:
        customer_id = named_apart(case, case["query"]["customer"])
        found = [row["event_id"] for row in events if row["customer_id"] == customer_id]
        assert found == [named_apart(case, name) for name in _answer(case)["event_ids"]]
        return
    expected = {
        named_apart(case, event_id): f"external:{named_apart(case, name.removeprefix('external:'))}"
        for event_id, name in _answer(case)["resolved"].items()
    }
    assert {row["event_id"]: row["customer_id"] for row in events} == expected
    assert set(expected.values()) <= {row["customer_id"] for row in marts["customers"]}


CHECKS: dict[str, Callable[[Case, Marts], None]] = {
    "filter": _check_filter,
    "filter_validation": _check_validation,
    "aggregation": _check_aggregation,
    "meter_quantities": _check_quantities,
    "customer_resolution": _check_customers,
}
POLAR = {name: case for name, case in ALL_POLAR.items() if case["area"] in CHECKS}


def check_polar(case: Case, marts: Marts) -> None:
    """Check an example of any area but the truth table."""
    CHECKS[case["area"]](case, marts)


def check_polar_of_oracle(case: Case) -> None:
    """Check the oracle's answer to the same."""
    check_polar(case, usage_rows(ask_oracle(polar_story(case))))


# The truth table


def matches(marts: Marts, cell: str) -> list[str]:
    """Return the values that a cell matches, in the order of the table."""
    found = {row["event_id"] for row in marts["meter_events"] if row["meter_id"] == cell}
    return [value for number, value in enumerate(truth_values()) if truth_event_id(number) in found]


def known_matches(cell: str) -> list[str]:
    """Return what the example of a cell says."""
    return _answer(GIVEN_CELLS[cell])["matches"]


@cache
def truth_of_oracle() -> Marts:
    """Return the oracle's marts of the whole table."""
    return usage_rows(ask_oracle(truth_story()))


# OpenMeter


def _windows(case: Case, marts: Marts, seconds: int) -> list[tuple[datetime, Decimal]]:
    """Add up the events of a meter in windows, by their start."""
    sums: dict[datetime, Decimal] = defaultdict(Decimal)
    for row in _of_meter(case, marts["meter_events"]):
        instant = row["occurred_at"]
        start = instant - timedelta(seconds=instant.timestamp() % seconds)
        sums[start] += row["quantity"]
    return sorted(sums.items())


def _check_value(case: Case, marts: Marts) -> None:
    """One value of one customer in one hour, and no row in any other."""
    answer = case["openmeter"] if case["applies"] else case["here"]
    [row] = _of_meter(case, marts["meter_usage_hourly"])
    assert row["usage_quantity"] == Decimal(answer.get("value", answer.get("value_exact")))
    if "value_asserted_as_double" in case["openmeter"]:
        asserted = Decimal(str(case["openmeter"]["value_asserted_as_double"]))
        assert abs(row["usage_quantity"] - asserted) < Decimal("1e-12")


def _check_days(case: Case, marts: Marts) -> None:
    """One row for each local day; the short one has what happened in its 23 hours."""
    rows = _of_meter(case, marts["meter_usage_daily"])
    assert len(rows) == case["openmeter"]["rows"]
    assert {row["usage_quantity"] for row in rows} == {100}
    first = min(row["date_day"] for row in rows)
    bounds = [parse_time(case["openmeter"]["row3"][end]) for end in ("from", "to")]
    assert bounds[1] - bounds[0] == timedelta(hours=23)
    inside = [
        row["quantity"]
        for row in _of_meter(case, marts["meter_events"])
        if bounds[0] <= row["occurred_at"] < bounds[1]
    ]
    [short] = [row for row in rows if row["date_day"] == first + timedelta(days=3)]
    assert (short["usage_quantity"], short["event_count"]) == (sum(inside), len(inside))


def _check_windows(case: Case, marts: Marts) -> None:
    """Minutes from the events; hours of each customer."""
    expected = [
        (parse_time(row["from"]), Decimal(row["value"])) for row in case["openmeter"]["rows"]
    ]
    assert _windows(case, marts, 60) == expected
    hours = [
        (parse_time(row["period_start"]), row["value"], row["event_count"])
        for row in case["here"]["hours"]
    ]
    names = ("period_start", "usage_quantity", "event_count")
    by_customer: dict[str, list[tuple]] = defaultdict(list)
    for row in _of_meter(case, marts["meter_usage_hourly"]):
        by_customer[row["customer_id"]].append(tuple(row[name] for name in names))
    assert [sorted(rows) for rows in by_customer.values()] == [hours] * WINDOW_CUSTOMERS


OPENMETER_CHECKS: dict[str, Callable[[Case, Marts], None]] = {
    "meter-dst-spring-la": _check_days,
    "meter-window-pt1m": _check_windows,
}


def check_openmeter(case: Case, marts: Marts) -> None:
    """Check an example of OpenMeter's meters."""
    OPENMETER_CHECKS.get(case["id"], _check_value)(case, marts)


def check_openmeter_of_oracle(case: Case) -> None:
    """Check the oracle's answer to the same."""
    zone = variables_of(openmeter_set(case)).get("reporting_timezone", "UTC")
    oracle = ask_oracle(openmeter_story(case), reporting_timezone=zone)
    check_openmeter(case, usage_rows(oracle))
