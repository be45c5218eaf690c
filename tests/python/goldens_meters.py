"""The worked examples of meters as stories: each has meters, events and customers of its own.

Names are built in properties, so they stay as the examples have them: a key of the metadata keeps
the events of one example from the meters of the others.
"""

import json
from datetime import UTC, datetime, timedelta
from itertools import product
from typing import Any

from goldens_stories import Case, golden_story_name, lines, load_cases, named_apart
from oracle_filters import OPERATORS
from stories import EXAMPLES, Story

CLAUSE_VALUES = ("abc", "5", "t", "true", 5, 0, 1, True, False)
CELLS = tuple(product(OPERATORS, CLAUSE_VALUES))
TRUTH_TABLE = "filter_truth"
TRUTH_INSTANT = "2024-05-01T12:00:00Z"
MISSING_VALUE = "<missing>"
CREATED = "2024-01-01T00:00:00Z"
# The example says that there are a thousand, over sixty days.
POSTS = 1000
POSTED_AROUND = datetime(2026, 12, 1, tzinfo=UTC)
WINDOW_CUSTOMERS = 5


def load_polar_cases() -> list[Case]:
    """Read the examples of Polar's meters; the file's `about` says what their fields mean."""
    return load_cases("polar_meters")


def load_openmeter_cases() -> list[Case]:
    """Read the examples of OpenMeter's meters."""
    return load_cases("openmeter_meters")


def load_meter_stories() -> dict[str, list[Story]]:
    """Return all examples as stories, by the set with whose variables they are told."""
    stories: dict[str, list[Story]] = {EXAMPLES: [truth_story()], "los_angeles": []}
    for case in load_polar_cases():
        if case["area"] != "filter_truth_table":
            stories[EXAMPLES].append(polar_story(case))
    for case in load_openmeter_cases():
        stories[openmeter_set(case)].append(openmeter_story(case))
    return stories


# Polar


def all_of(*clauses: dict) -> dict:
    """Return a filter that passes what passes all of some clauses or filters."""
    return {"conjunction": "and", "clauses": list(clauses)}


def is_text(name: str, value: str) -> dict:
    """Return a clause that a property is a text."""
    return {"property": name, "operator": "eq", "value": value}


def polar_story(case: Case) -> Story:
    """Tell an example of Polar's meters."""
    name = golden_story_name(case)
    if case["id"] == "aggregation.summable":
        return _summable_story(case)
    if case["area"] == "filter_validation":
        meters = {"meter": {"filter": all_of(case["clause"]), "aggregation": {"func": "count"}}}
        events: list[dict] = []
    else:
        # Where it is customers that are looked at, the meter counts all their events.
        counting = {"filter": all_of(), "aggregation": {"func": "count"}}
        meters = {"meter": case.get("meter", counting)}
        events = case["events"]
    customers = [
        {
            "id": named_apart(case, customer["id"]),
            "created_at": CREATED,
            "external_id": customer["external_id"] and named_apart(case, customer["external_id"]),
        }
        for customer in case.get("customers", [])
    ]
    files = {
        "polar/meters": lines(
            {
                "id": named_apart(case, meter_name),
                "name": case["id"],
                "created_at": CREATED,
                "filter": all_of(is_text("golden_case", name), meter["filter"]),
                "aggregation": meter["aggregation"],
            }
            for meter_name, meter in meters.items()
        ),
        "polar/events": lines(_polar_event(case, event) for event in events),
        "polar/customers": lines(customers),
    }
    return Story(name=name, files=[{entity: text for entity, text in files.items() if text}])


def _polar_event(case: Case, event: dict) -> dict:
    record = {name: event[name] for name in ("name", "source", "timestamp")}
    for name in ("id", "customer_id", "external_customer_id"):
        if event[name] is not None:
            record[name] = named_apart(case, event[name])
    return record | {"metadata": {**event["metadata"], "golden_case": golden_story_name(case)}}


def _summable_story(case: Case) -> Story:
    """Tell whether customers' quantities add up, by two customers who did the same thing once."""
    one = {"name": "event", "source": "user", "timestamp": TRUTH_INSTANT, "metadata": {"v": 1}}
    events = [
        {**one, "id": f"ev_{name}", "customer_id": name, "external_customer_id": None}
        for name in ("cust_1", "cust_2")
    ]
    meters = [
        {
            "id": named_apart(case, function),
            "name": function,
            "created_at": CREATED,
            "filter": all_of(is_text("golden_case", golden_story_name(case))),
            "aggregation": {"func": function, "property": "v"},
        }
        for function in case["polar"]
    ]
    return Story(
        name=golden_story_name(case),
        files=[
            {
                "polar/meters": lines(meters),
                "polar/events": lines(_polar_event(case, event) for event in events),
            }
        ],
    )


# The truth table


def truth_values() -> list[str]:
    """Return what the property is in each event of the truth table, as JSON."""
    return load_cases("polar_meters", "property_values_json")


def cell_name(operator: str, value: str | int | bool) -> str:
    """Name a cell as the examples do."""
    text = f"str_{value}" if isinstance(value, str) else json.dumps(value)
    return f"{TRUTH_TABLE}_{operator}_{text}"


def truth_event_id(number: int) -> str:
    """Return the event that has one of the values."""
    return f"{TRUTH_TABLE}_event_{number:02}"


def truth_story() -> Story:
    """Tell the whole truth table: a meter for every cell, an event for every value."""
    meters = [
        {
            "id": cell_name(operator, value),
            "name": "A cell",
            "created_at": CREATED,
            "filter": all_of(
                is_text("name", TRUTH_TABLE),
                {"property": "p", "operator": operator, "value": value},
            ),
            "aggregation": {"func": "count"},
        }
        for operator, value in CELLS
    ]
    event = {"name": TRUTH_TABLE, "timestamp": TRUTH_INSTANT, "customer_id": f"{TRUTH_TABLE}_c"}
    # The notation of a number counts, so the values are put in as they are.
    events = "".join(
        json.dumps({**event, "id": truth_event_id(number), "metadata": {"p": "P"}}).replace(
            '{"p": "P"}', "{}" if value == MISSING_VALUE else f'{{"p": {value}}}'
        )
        + "\n"
        for number, value in enumerate(truth_values())
    )
    return Story(name=TRUTH_TABLE, files=[{"polar/meters": lines(meters), "polar/events": events}])


# OpenMeter


def openmeter_set(case: Case) -> str:
    """Return the set of stories whose time zone is the example's."""
    zone = case.get("query", {}).get("time_zone", "UTC")
    return {"UTC": EXAMPLES, "America/Los_Angeles": "los_angeles"}[zone]


def openmeter_story(case: Case) -> Story:
    """Tell an example of OpenMeter's meters."""
    meter = {
        "slug": named_apart(case, "meter"),
        "name": case["id"],
        "createdAt": CREATED,
        "eventType": named_apart(case, "event"),
        "aggregation": case["meter"]["aggregation"],
        "valueProperty": case["meter"]["value_property"],
    }
    return Story(
        name=golden_story_name(case),
        files=[
            {"openmeter/meters": lines([meter]), "openmeter/events": lines(_cloud_events(case))}
        ],
        expected=_expected_days(case),
        # Copies of other times contradict each other.
        order_matters=case["id"] == "meter-dedupe",
    )


def _expected_days(case: Case) -> dict[str, str]:
    """Return the days of an example of another time zone, each of which has one event."""
    if openmeter_set(case) == EXAMPLES:
        return {}
    days = [
        f"{named_apart(case, 'meter')} | {event['at'][:10]} | {event['value']} | 1\n"
        for event in case["events"]
    ]
    header = "meter_id | date_day | usage_quantity | event_count\n"
    return {"meter_usage_daily": header + "".join(days)}


def _cloud_events(case: Case) -> list[dict[str, Any]]:
    def cloud_event(number: int, customer: int, at: str, data: dict) -> dict[str, Any]:
        return {
            "specversion": "1.0",
            "id": named_apart(case, f"{number}_{customer}"),
            "source": "my-app",
            "type": named_apart(case, "event"),
            "subject": named_apart(case, f"customer-{customer}"),
            "time": at,
            "data": data,
        }

    if case["id"] == "meter-dedupe":
        step = timedelta(days=60) / POSTS
        return [
            cloud_event(0, 1, (POSTED_AROUND + step * (number - POSTS // 2)).isoformat(), {})
            for number in range(POSTS)
        ]
    customer_count = WINDOW_CUSTOMERS if case["id"] == "meter-window-pt1m" else 1
    return [
        cloud_event(
            number,
            customer,
            event["at"],
            event.get("data", {"duration_ms": event.get("value", "100")}),
        )
        for number, event in enumerate(case["events"])
        for customer in range(1, customer_count + 1)
    ]
