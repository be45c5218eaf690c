"""Runs of some models only between ordinary builds, and `--full-refresh` or `--empty` of some.

Each case builds, changes something, runs some models, and builds again. Its marts must then equal
those of a full refresh.
"""

import json
from collections.abc import Callable, Iterable
from datetime import timedelta

import pytest
from changes import copy_project, find_changed_marts, lines, write_seed
from stories import LOAD_DAY, take_marts

from warehouse import METERED, Warehouse

VARIABLES = {"as_of": "2027-01-20T00:00:00Z"}
METRIC = {
    "cost_metric_id": "kept",
    "cost_metric_name": "A name",
    "event_type": "call",
    "value_path": "$.x",
    "aggregation": "sum",
    "currency": "usd",
    "currency_path": "",
    "amount_unit": "major",
    "unit_cost": "",
    "group_by": "",
}
METER = {
    "meter_id": "kept",
    "meter_name": "A name",
    "filter_json": json.dumps(
        {
            "conjunction": "and",
            "clauses": [{"property": "name", "operator": "eq", "value": "call"}],
        }
    ),
    "aggregation": "sum",
    "value_path": "$.x",
    "group_by_json": '{"tag": "$.tag"}',
}
# Metric and meter `edited` -> what is not as above; none: there is no such metric and meter.
DOUBLED = ({"unit_cost": "2"}, {"value_path": "$.y"})
SINGLE = ({"unit_cost": "1"}, {"value_path": "$.x"})


def _event(event_id: str, parent_id: str | None, x: int = 1) -> dict:
    return {
        "id": event_id,
        "name": "call",
        "timestamp": "2026-12-01T10:00:00Z",
        "customer_id": "a",
        "metadata": {"x": x, "y": 10 * x, "tag": event_id},
        **({"parent_id": parent_id} if parent_id else {}),
    }


def _usage(moment: str, x: int) -> dict:
    """Return a Paygentic event; all of them are copies of the first one by time."""
    return {
        "type": "call",
        "customerId": "e",
        "timestamp": moment,
        "idempotencyKey": "key",
        "data": {"x": x, "y": 10 * x},
    }


def _land(warehouse: Warehouse, hour: int, **records: list[dict]) -> None:
    """Land records, entity by entity: `polar_events` and the like."""
    files = {
        f"{entity.replace('_', '/')}/hour_{hour}.ndjson": lines(some)
        for entity, some in records.items()
    }
    warehouse.land(files, LOAD_DAY + timedelta(hours=hour))


def _define(warehouse: Warehouse, edited: tuple[dict, dict] | None) -> None:
    metrics, meters = [METRIC], [METER]
    if edited:
        metrics.append({**METRIC, "cost_metric_id": "edited", **edited[0]})
        meters.append({**METER, "meter_id": "edited", **edited[1]})
    write_seed(warehouse.project, "cost_metric_definitions", metrics)
    write_seed(warehouse.project, "meter_definitions", meters)


def _run(warehouse: Warehouse, *models: str, flags: Iterable[str] = ()) -> None:
    warehouse.dbt("run", *flags, "--select", *models, variables=VARIABLES)


def _rebuild_before_late_records_are_read(warehouse: Warehouse) -> None:
    """What was rebuilt does not know who was a root, whose an event was, or what was no copy."""
    _land(
        warehouse,
        1,
        polar_events=[_event("grandparent", None)],
        paygentic_events=[_usage("2026-12-01T02:00:00Z", 64)],
        polar_customers=[
            {"id": "f", "created_at": "2026-12-01T00:00:00Z", "external_id": "e"},
        ],
    )
    _run(warehouse, "+int_event_traces", "+int_meter_events_matched", flags=["--full-refresh"])


def _rebuild_a_log_before_it_is_read(warehouse: Warehouse) -> None:
    """A log of changes that was rebuilt does not know what its readers have not seen."""
    _land(warehouse, 2, polar_events=[_event("late", "alone", 2)])
    warehouse.build(
        VARIABLES, marts=METERED, without=["cost_traces", "meter_events", "meter_usage_daily"]
    )
    _run(warehouse, "int_trace_changes", "int_meter_events_matched", flags=["--full-refresh"])


def _rebuild_the_logs_of_definitions(warehouse: Warehouse) -> None:
    """A log of definitions that was rebuilt does not know those that are gone."""
    _define(warehouse, None)
    warehouse.dbt("seed", variables=VARIABLES)
    _run(warehouse, "+int_cost_metrics", "+int_meters")
    _run(warehouse, "int_cost_metric_changes", "int_meter_changes", flags=["--full-refresh"])


def _select_marts_that_run_ahead(warehouse: Warehouse) -> None:
    """What reads a table that lags behind a change has not seen the change either."""
    _define(warehouse, SINGLE)
    warehouse.build(VARIABLES, marts=METERED, without=["cost_events", "int_meter_events_matched"])
    _run(warehouse, "cost_traces", "costs_daily", "meter_events", "meter_usage_monthly")


def _empty_a_table(warehouse: Warehouse) -> None:
    """A table that was emptied reflects nothing, whatever it did before."""
    _run(
        warehouse,
        "cost_events",
        "costs_daily",
        "cost_traces",
        "int_meter_events_matched",
        "meter_usage_hourly",
        flags=["--empty", "--full-refresh"],
    )


@pytest.fixture(scope="module")
def own_warehouse(tmp_path_factory: pytest.TempPathFactory) -> Warehouse:
    """A warehouse with a copy of the project, whose seeds the cases edit.

    Each case begins with what the full refresh of the one before it left.
    """
    root = tmp_path_factory.mktemp("partial_runs")
    warehouse = Warehouse(root / "warehouse", copy_project(root / "project"))
    _define(warehouse, DOUBLED)
    _land(
        warehouse,
        0,
        polar_events=[
            _event("parent", "grandparent"),
            _event("child", "parent"),
            _event("alone", None, 4),
        ],
        paygentic_events=[_usage("2026-12-01T20:00:00Z", 8), _usage("2026-12-01T10:00:00Z", 16)],
    )
    warehouse.build(VARIABLES, marts=METERED)
    return warehouse


@pytest.mark.parametrize(
    "disturb",
    [
        _rebuild_before_late_records_are_read,
        _rebuild_a_log_before_it_is_read,
        _rebuild_the_logs_of_definitions,
        _select_marts_that_run_ahead,
        _empty_a_table,
    ],
)
def test_an_ordinary_build_makes_up_for_a_partial_run(
    own_warehouse: Warehouse, disturb: Callable[[Warehouse], None]
) -> None:
    """Every mart equals that of a full refresh, row for row."""
    disturb(own_warehouse)
    own_warehouse.build(VARIABLES, marts=METERED)
    ordinary = take_marts(own_warehouse)
    own_warehouse.build(VARIABLES, marts=METERED, full_refresh=True)
    refreshed = take_marts(own_warehouse)
    assert not find_changed_marts(ordinary, refreshed)
