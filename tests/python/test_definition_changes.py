"""Cost metrics and meters that are added, edited and removed between ordinary builds.

One warehouse goes through three rounds of definitions: as they begin, changed in every way there is
(each in a way of its own, in the seed or by a newer record), and back again while new events land.
After each round, its marts must equal those of a full refresh, the amounts and quantities must be
those worked out by hand, and no row of what stayed as it was may have been written again.
"""

from collections import Counter, defaultdict
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import changes_meters
import pytest
from changes import State, copy_project, find_changed_marts, lines, take_state, write_seed
from stories import LOAD_DAY, Rows

from warehouse import METERED, Warehouse

VARIABLES = {"as_of": "2027-01-20T00:00:00Z"}
SEED_FIELDS = {
    "cost_metric_id": "",
    "cost_metric_name": "A name",
    "event_type": "call",
    "value_path": "$.x",
    "aggregation": "sum",
    "currency": "usd",
    "currency_path": "",
    "amount_unit": "major",
    "unit_cost": "",
    "group_by": '{"tag": "$.tag"}',
}
RECORD_FIELDS = {
    "name": "A name",
    "eventType": "call",
    "valueProperty": "$.x",
    "aggregation": "sum",
    "currency": "usd",
    "groupBy": {"tag": "$.tag"},
}
# Metric -> what is not as above at first, and after the change; none: there is no such metric.
SEEDED: dict[str, tuple[dict[str, str] | None, dict[str, str] | None]] = {
    "seed_kept": ({}, {}),
    "seed_path_only": ({"currency": "", "currency_path": "$.cur"},) * 2,
    "seed_renamed": ({}, {"cost_metric_name": "Another name"}),
    "seed_path": ({}, {"value_path": "$.y"}),
    "seed_unit_cost": ({}, {"unit_cost": "0.5"}),
    "seed_unit": ({}, {"amount_unit": "minor"}),
    "seed_event_type": ({}, {"event_type": "*"}),
    "seed_group_by": ({}, {"group_by": '{"tag2": "$.tag2"}'}),
    "seed_currency": ({}, {"currency": "EUR"}),
    "seed_currency_path": ({}, {"currency_path": "$.cur"}),
    "seed_removed": ({}, None),
    "seed_new": (None, {"value_path": "$.y"}),
    "seed_broken": ({}, {"value_path": "$.x[*]"}),
    "seed_mended": ({"aggregation": "avg"}, {}),
    "shadowed": (None, {"value_path": "$.y"}),
}
# In the changed seed this metric is there twice.
SEEDED_TWICE = "seed_twice"
LANDED: dict[str, tuple[dict[str, Any] | None, dict[str, Any] | None]] = {
    "landed_kept": ({}, {}),
    "landed_path": ({}, {"valueProperty": "$['y']"}),
    "landed_unit_cost": ({"unitCost": 1}, {"unitCost": 2}),
    "landed_group_by": ({}, {"groupBy": {}}),
    "landed_broken": ({}, {"aggregation": "avg"}),
    "landed_new": (None, {"valueProperty": "$.y"}),
    "shadowed": ({}, {}),
}
# x is a power of two, y ten times x. A euro is 1.5 dollars.
EVENTS = [
    ("1", "2026-12-01", "call", {"x": 1, "y": 10, "tag": "p", "tag2": "q", "cur": "EUR"}),
    ("2", "2026-12-02", "call", {"x": 2, "y": 20, "tag": "p", "cur": "usd"}),
    ("3", "2026-12-02", "other", {"x": 4, "y": 40}),
    ("4", "2026-12-03", "call", {"x": 16}),
]
PAYGENTIC_EVENT = {"x": 8, "y": 80, "tag": "r", "tag2": "s", "cur": "xxq"}
LATE_EVENTS = [("5", "2026-12-02", "call", {"x": 32, "y": 320, "tag": "p", "cur": "eur"})]
# Of `call`: x 1 + 2 + 16 + 8 = 27, y 10 + 20 + 80 = 110. By the currency of the event alone: 1 euro
# and 2 dollars; event 4 has no currency, the Paygentic event none that exists.
FIRST_TOTALS = {
    **dict.fromkeys(SEEDED, "27"),
    **dict.fromkeys(LANDED, "27"),
    SEEDED_TWICE: "27",
    "seed_path_only": "3.5",
    "seed_new": None,
    "seed_mended": None,
    "landed_new": None,
}
CHANGED_TOTALS = {
    **FIRST_TOTALS,
    "seed_path": "110",
    "seed_unit_cost": "13.5",
    "seed_unit": "0.27",
    "seed_event_type": "31",
    "seed_currency": "40.5",
    # 1 euro, 2 dollars, and 16 dollars by the metric's own currency.
    "seed_currency_path": "19.5",
    "seed_removed": None,
    "seed_new": "110",
    "seed_broken": None,
    "seed_mended": "27",
    SEEDED_TWICE: None,
    "shadowed": "110",
    "landed_path": "110",
    "landed_unit_cost": "54",
    "landed_broken": None,
    "landed_new": "110",
}
# As at first, with event 5: 27 + 32 dollars, 3.5 + 32 * 1.5. What landed once cannot be taken back.
LAST_TOTALS = {
    **{metric_id: total and "59" for metric_id, total in FIRST_TOTALS.items()},
    "seed_path_only": "51.5",
    # 110 + 320
    "landed_new": "430",
}
KEPT = ["seed_kept", "seed_path_only", "seed_renamed", "landed_kept"]
COST_TABLES = dict.fromkeys(
    ["intermediate.int_cost_events_priced", "marts.cost_events"], "cost_metric_id"
)
EVENT_GRAIN = {**COST_TABLES, **changes_meters.EVENT_GRAIN}
ROUNDS = {"first": FIRST_TOTALS, "changed": CHANGED_TOTALS, "last": LAST_TOTALS}


def _write_seeds(project: Path, version: int) -> None:
    """Define what is seeded as they are at first (0) or after the change (1)."""
    definitions = [
        {**SEED_FIELDS, "cost_metric_id": metric_id, **versions[version]}
        for metric_id, versions in SEEDED.items()
        if versions[version] is not None
    ]
    twice = {**SEED_FIELDS, "cost_metric_id": SEEDED_TWICE}
    definitions += [twice, {**twice, "value_path": "$.y"}][: version + 1]
    write_seed(project, "cost_metric_definitions", definitions)
    write_seed(project, "meter_definitions", changes_meters.seed_definitions(version))


def _definition_files(version: int, name: str) -> dict[str, bytes]:
    records = [
        {"id": metric_id, **RECORD_FIELDS, **versions[version]}
        for metric_id, versions in LANDED.items()
        if versions[version] is not None
    ]
    return {f"paygentic/cost_metrics/{name}.ndjson": lines(records)}


def _event_files(events: list[tuple[str, str, str, dict[str, Any]]], name: str) -> dict[str, bytes]:
    records = [
        {
            "id": event_id,
            "timestamp": f"{day}T10:00:00Z",
            "name": event_name,
            "customer_id": "a",
            "metadata": metadata,
        }
        for event_id, day, event_name, metadata in events
    ]
    return {f"polar/events/{name}.ndjson": lines(records)}


@pytest.fixture(scope="module")
def states(tmp_path_factory: pytest.TempPathFactory) -> dict[str, State]:
    """The warehouse after each build of the three rounds, by name."""
    root = tmp_path_factory.mktemp("definition_changes")
    project = copy_project(root / "project")
    warehouse = Warehouse(root / "warehouse", project)
    taken: dict[str, State] = {}

    def build(name: str, *, full_refresh: bool = False) -> None:
        warehouse.build(VARIABLES, marts=METERED, full_refresh=full_refresh)
        taken[name] = take_state(warehouse, EVENT_GRAIN)

    paygentic_event = {
        "type": "call",
        "customerId": "a",
        "timestamp": "2026-12-03T10:00:00Z",
        "data": PAYGENTIC_EVENT,
    }
    paygentic_use = {
        **paygentic_event,
        "type": changes_meters.EVENT_NAME,
        "data": changes_meters.PAYGENTIC_DATA,
    }
    rate = {"rate_date": "2026-12-01", "currency": "eur", "rate": 1.5}
    _write_seeds(project, 0)
    warehouse.land(
        {
            **_definition_files(0, "first"),
            **changes_meters.definition_files(0, None, "first"),
            **_event_files([*EVENTS, *changes_meters.EVENTS], "first"),
            "openmeter/events/first.ndjson": lines(changes_meters.openmeter_records()),
            "paygentic/events/first.ndjson": lines([paygentic_event, paygentic_use]),
            "reference/exchange_rates/first.ndjson": lines([rate]),
        },
        LOAD_DAY,
    )
    build("first")
    _write_seeds(project, 1)
    warehouse.land(
        {
            **_definition_files(1, "changed"),
            **changes_meters.definition_files(1, changes_meters.FIRST_CHANGE, "changed"),
        },
        LOAD_DAY + timedelta(hours=1),
    )
    build("changed")
    build("changed again")
    build("changed refreshed", full_refresh=True)
    _write_seeds(project, 0)
    warehouse.land(
        {
            # Other bytes than at first: a file that landed once is no new load.
            **{name: content + b"\n" for name, content in _definition_files(0, "last").items()},
            **changes_meters.definition_files(0, changes_meters.LAST_CHANGE, "last"),
            **_event_files([*LATE_EVENTS, *changes_meters.LATE_EVENTS], "last"),
        },
        LOAD_DAY + timedelta(hours=2),
    )
    build("last")
    build("last refreshed", full_refresh=True)
    return taken


def _totals(rows: Rows) -> dict[str, Decimal]:
    totals: dict[str, Decimal] = defaultdict(Decimal)
    for row in rows:
        totals[row["cost_metric_id"]] += row["cost_amount"]
    return dict(totals)


def _known_totals(round_name: str) -> dict[str, Decimal]:
    return {
        metric_id: Decimal(total)
        for metric_id, total in ROUNDS[round_name].items()
        if total is not None
    }


@pytest.mark.parametrize("round_name", ROUNDS)
@pytest.mark.parametrize("mart", ["cost_events", "costs_daily"])
def test_each_metric_costs_what_its_definition_says(
    states: dict[str, State], round_name: str, mart: str
) -> None:
    """A new metric has all its history, an edited one the new, a removed or broken one none."""
    assert _totals(states[round_name].marts[mart]) == _known_totals(round_name)


@pytest.mark.parametrize("round_name", ROUNDS)
def test_all_marts_agree_on_the_sum(states: dict[str, State], round_name: str) -> None:
    """What changed in one mart changed in those that are made of it."""
    marts, total = states[round_name].marts, sum(_known_totals(round_name).values())
    assert sum(row["cost_amount"] for row in marts["profit_monthly"]) == total
    assert sum(row["cost_amount"] for row in marts["cost_traces"]) == total
    assert sum(row["total"] for row in marts["cost_trace_statistics"]) == total
    by_customer = [row for row in marts["cost_report_monthly"] if row["slice_kind"] == "customer"]
    assert _totals(by_customer) == _known_totals(round_name)
    with_dimensions = {row["cost_metric_id"] for row in marts["cost_by_dimension_daily"]}
    assert _totals(marts["cost_by_dimension_daily"]) == {
        metric_id: amount
        for metric_id, amount in _known_totals(round_name).items()
        if metric_id in with_dimensions
    }


@pytest.mark.parametrize("round_name", ["changed", "last"])
def test_an_ordinary_build_equals_a_full_refresh(states: dict[str, State], round_name: str) -> None:
    """Every mart, row for row."""
    assert not find_changed_marts(states[round_name].marts, states[f"{round_name} refreshed"].marts)


@pytest.mark.parametrize("table", EVENT_GRAIN)
@pytest.mark.parametrize(
    ("before", "after", "more_kept"),
    [
        ("first", "changed", []),
        ("changed refreshed", "last", ["landed_new", "polar_new", "openmeter_new"]),
    ],
)
def test_rows_of_other_definitions_stay_where_they_are(
    states: dict[str, State], table: str, before: str, after: str, more_kept: list[str]
) -> None:
    """What a definition does not say differently is not written again."""
    own = KEPT if table in COST_TABLES else changes_meters.KEPT
    defined = LANDED if table in COST_TABLES else changes_meters.LANDED
    kept = {*own, *(name for name in more_kept if name in defined)}
    expected = [stored for stored in states[before].stored[table] if stored[0] in kept]
    assert {definition_id for definition_id, _ in expected} == kept
    assert states[after].stored[table][: len(expected)] == expected


def test_nothing_changed_and_nothing_is_written(states: dict[str, State]) -> None:
    """A build without new loads or definitions leaves the tables of events untouched."""
    once, again = states["changed"], states["changed again"]
    assert once.blocks == again.blocks
    assert once.stored == again.stored
    assert not find_changed_marts(once.marts, again.marts)


def test_dimensions_follow_their_definition(states: dict[str, State]) -> None:
    """A metric's rows by dimension are those of its newest `group_by`, all days of it."""
    found = {
        (row["cost_metric_id"], row["dimension_name"], row["dimension_value"]): row["cost_amount"]
        for row in _sum_by_value(states["changed"].marts["cost_by_dimension_daily"])
        if row["cost_metric_id"] in ("seed_kept", "seed_group_by", "landed_group_by")
    }
    # p: 1 + 2, q: 1; event 4 has neither tag, event 2 no second one.
    assert found == {
        ("seed_kept", "tag", "p"): 3,
        ("seed_kept", "tag", "r"): 8,
        ("seed_kept", "tag", "(none)"): 16,
        ("seed_group_by", "tag2", "q"): 1,
        ("seed_group_by", "tag2", "s"): 8,
        ("seed_group_by", "tag2", "(none)"): 18,
    }


def _sum_by_value(rows: Rows) -> Rows:
    """Add up the days and customers of each dimension's value."""
    fields = ("cost_metric_id", "dimension_name", "dimension_value")
    sums: dict[tuple[str, ...], Decimal] = defaultdict(Decimal)
    for row in rows:
        sums[tuple(row[field] for field in fields)] += row["cost_amount"]
    return [
        {**dict(zip(fields, key, strict=True)), "cost_amount": amount}
        for key, amount in sums.items()
    ]


@pytest.mark.parametrize(
    ("round_name", "rejected"),
    [
        ("first", {("seed", "seed_mended", "unsupported_aggregation"): 1}),
        (
            "changed",
            {
                ("seed", "seed_broken", "unsupported_json_path"): 1,
                ("seed", SEEDED_TWICE, "duplicate_definition"): 1,
                ("paygentic/cost_metrics", "shadowed", "duplicate_definition"): 1,
                ("paygentic/cost_metrics", "landed_broken", "unsupported_aggregation"): 1,
            },
        ),
        ("last", {("seed", "seed_mended", "unsupported_aggregation"): 1}),
    ],
)
def test_bad_definitions_are_named_while_they_are_bad(
    states: dict[str, State], round_name: str, rejected: dict[tuple[str, str, str], int]
) -> None:
    """A definition that breaks is named with its place, and forgotten when it is mended."""
    rows = _of_kind(states[round_name].marts["rejected_definitions"], "cost_metric")
    named = Counter(
        (row["definition_source"], row["definition_id"], row["reject_reason"]) for row in rows
    )
    # Two rows of the seed may be named once or twice.
    assert set(named) == set(rejected)
    for row in rows:
        assert row["place"]
        assert row["definition_id"] in row["message"]
        if row["reject_reason"] == "unsupported_json_path":
            # The bracket is the fourth character.
            assert row["place"].startswith("value_path")
            assert "$.x[*]" in row["message"]
            assert "4" in row["message"]


def test_only_metrics_in_force_are_listed(states: dict[str, State]) -> None:
    """`cost_metrics` holds what can be compiled, as it is now, and where it is from."""
    for round_name, totals in ROUNDS.items():
        metrics = {row["cost_metric_id"]: row for row in states[round_name].marts["cost_metrics"]}
        known = {metric_id for metric_id, total in totals.items() if total is not None}
        assert set(metrics) == known | {"polar_cost"}
    metrics = {row["cost_metric_id"]: row for row in states["changed"].marts["cost_metrics"]}
    assert metrics["seed_renamed"]["cost_metric_name"] == "Another name"
    assert metrics["shadowed"]["definition_source"] == "seed"
    assert metrics["landed_kept"]["definition_source"] == "paygentic/cost_metrics"
    assert metrics["polar_cost"]["definition_source"] == "built_in"


@pytest.mark.parametrize(
    ("round_name", "unread"),
    [
        ("first", {"seed_path_only": 2}),
        # The Paygentic event for both, event 4 where the metric has no currency of its own.
        ("changed", {"seed_path_only": 2, "seed_currency_path": 1}),
        ("last", {"seed_path_only": 2}),
    ],
)
def test_unread_values_follow_their_definition(
    states: dict[str, State], round_name: str, unread: dict[str, int]
) -> None:
    """Values that a definition cannot read are named as long as it stands."""
    rows = _of_kind(states[round_name].marts["rejected_values"], "cost_metric")
    assert Counter(row["definition_id"] for row in rows) == unread
    assert {row["reject_reason"] for row in rows} == {"unknown_cost_currency"}


def _of_kind(rows: Rows, kind: str) -> Rows:
    return [row for row in rows if row["definition_kind"] == kind]


# Meters


def _known_quantities(round_name: str) -> dict[str, Decimal]:
    return {
        meter_id: Decimal(total)
        for meter_id, total in changes_meters.ROUNDS[round_name].items()
        if total is not None
    }


@pytest.mark.parametrize("round_name", changes_meters.ROUNDS)
@pytest.mark.parametrize("meter_id", changes_meters.FIRST_TOTALS)
def test_each_meter_counts_what_its_definition_says(
    states: dict[str, State], round_name: str, meter_id: str
) -> None:
    """A new meter has all its history, an edited one the new, an archived one no later event."""
    rows = states[round_name].marts["meter_quantities_monthly"]
    found = [row["usage_quantity"] for row in rows if row["meter_id"] == meter_id]
    total = changes_meters.ROUNDS[round_name][meter_id]
    assert found == ([] if total is None else [total])


@pytest.mark.parametrize("round_name", changes_meters.ROUNDS)
def test_all_marts_agree_on_usage(states: dict[str, State], round_name: str) -> None:
    """What changed in one mart changed in those beside it."""
    marts, known = states[round_name].marts, _known_quantities(round_name)
    assert {row["meter_id"] for row in marts["meters"]} == set(known)
    # A greatest value is no sum of anything.
    added = {meter_id: total for meter_id, total in known.items() if meter_id != "seed_aggregation"}
    if round_name != "changed":
        added = known
    for mart in ("meter_usage_hourly", "meter_usage_daily", "meter_usage_monthly"):
        totals = _add_up(marts[mart], "usage_quantity")
        assert {meter_id: totals[meter_id] for meter_id in added} == added, mart
        assert totals.keys() == known.keys()
    totals = _add_up(marts["meter_events"], "quantity")
    assert {meter_id: totals[meter_id] for meter_id in added} == added


def _add_up(rows: Rows, column: str) -> dict[str, Decimal]:
    totals: dict[str, Decimal] = defaultdict(Decimal)
    for row in rows:
        totals[row["meter_id"]] += row[column]
    return dict(totals)


def test_dimensions_of_meters_follow_their_definition(states: dict[str, State]) -> None:
    """Usage by dimension is by the newest `group_by`, all days of it; none is none."""
    found: dict[tuple[str, ...], Decimal] = defaultdict(Decimal)
    for row in states["changed"].marts["meter_usage_by_dimension_daily"]:
        key = tuple(row[name] for name in ("meter_id", "dimension_name", "dimension_value"))
        if key[0] in ("seed_kept", "seed_group_by", "openmeter_kept", "openmeter_group_by"):
            found[key] += row["usage_quantity"]
    # p: 1 + 2 of Polar, 64 of OpenMeter, which is a text; q: 1; r and s: 8.
    assert found == {
        ("seed_kept", "tag", "p"): 3,
        ("seed_kept", "tag", "r"): 8,
        ("seed_kept", "tag", "(none)"): 144,
        ("seed_group_by", "tag2", "q"): 1,
        ("seed_group_by", "tag2", "s"): 8,
        ("seed_group_by", "tag2", "(none)"): 146,
        ("openmeter_kept", "tag", "p"): 64,
        ("openmeter_kept", "tag", "(none)"): 128,
    }


BAD_AT_FIRST = {
    ("seed", "seed_mended", "aggregation", "unknown_aggregation"),
    ("polar/meters", "polar_mended", "aggregation", "unknown_aggregation"),
}
BAD_AFTER_THE_CHANGE = {
    ("seed", "seed_broken", "filter", "unreadable_filter"),
    ("seed", changes_meters.SEEDED_TWICE, "meter_id", "duplicate_definition"),
    ("seed", changes_meters.SEEDED_WITHOUT_ID, "meter_id", "missing_meter_id"),
    ("polar/meters", "seed_shadows", "meter_id", "duplicate_definition"),
    ("polar/meters", "polar_broken", "filter.clauses[1].operator", "unknown_operator"),
}


@pytest.mark.parametrize(
    ("round_name", "rejected"),
    [
        ("first", BAD_AT_FIRST),
        ("changed", BAD_AFTER_THE_CHANGE),
        ("last", BAD_AT_FIRST),
    ],
)
def test_bad_meters_are_named_while_they_are_bad(
    states: dict[str, State], round_name: str, rejected: set[tuple[str, ...]]
) -> None:
    """A meter that breaks is named with its place, and forgotten when it is mended."""
    rows = _of_kind(states[round_name].marts["rejected_definitions"], "meter")
    names = ("definition_source", "definition_id", "place", "reject_reason")
    assert {tuple(row[name] for name in names) for row in rows} == rejected
    assert all(row["definition_id"] in row["message"] for row in rows)


def test_meters_are_listed_as_they_are_now(states: dict[str, State]) -> None:
    """Names, sources and ends of the newest definitions."""
    meters = {row["meter_id"]: row for row in states["changed"].marts["meters"]}
    for meter_id in ("seed_renamed", "polar_renamed"):
        assert meters[meter_id]["meter_name"] == "Another name"
    sources = ("seed_shadows", "seed_kept", "polar_kept", "openmeter_kept")
    assert [meters[meter_id]["source_system"] for meter_id in sources] == [
        *("seed", "seed", "polar", "openmeter"),
    ]
    archived = {meter_id for meter_id, row in meters.items() if row["is_archived"]}
    assert archived == {"polar_archived", "openmeter_archived"}
    assert meters["seed_filter"]["filter_json"] != meters["seed_kept"]["filter_json"]


@pytest.mark.parametrize(
    ("round_name", "reading_others"),
    [
        ("first", {"seed_shadows"}),
        ("changed", {"seed_shadows", "seed_path", "seed_new"}),
        ("last", {"seed_shadows"}),
    ],
)
def test_unread_quantities_follow_their_definition(
    states: dict[str, State], round_name: str, reading_others: set[str]
) -> None:
    """A text is no number to seeded meters, and is named as long as they read it."""
    rows = _of_kind(states[round_name].marts["rejected_values"], "meter")
    seeded = {name for name in _known_quantities(round_name) if name.startswith("seed")}
    assert {row["definition_id"] for row in rows} == seeded - reading_others
    assert {(row["event_id"], row["reject_reason"]) for row in rows} == {
        ("openmeter:changes:1", "unreadable_quantity")
    }
