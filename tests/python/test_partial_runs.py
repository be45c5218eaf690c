"""Runs of some models only between ordinary builds, and `--full-refresh` or `--empty` of some.

Each case builds, changes something, runs some models, and builds again. Its marts must then equal
those of a full refresh.
"""

import json
from collections.abc import Callable
from datetime import timedelta

import pytest
from changes import copy_project, find_changed_marts
from stories import LOAD_DAY, take_marts

from warehouse import Warehouse

VARIABLES = {"as_of": "2027-01-20T00:00:00Z"}
SEED_HEADER = (
    "cost_metric_id,cost_metric_name,event_type,value_path,aggregation,currency,currency_path,"
    "amount_unit,unit_cost,group_by\n"
)
DOUBLED = (
    SEED_HEADER + "kept,Kept,call,$.x,sum,usd,,major,,\nedited,Edited,call,$.x,sum,usd,,major,2,\n"
)
SINGLE = DOUBLED.replace("major,2", "major,1")
REMOVED = DOUBLED[: DOUBLED.index("edited")]


def _land(warehouse: Warehouse, hour: int, *parents_by_event: tuple[str, str | None]) -> None:
    lines = [
        json.dumps(
            {
                "id": event_id,
                "name": "call",
                "timestamp": "2026-12-01T10:00:00Z",
                "customer_id": "a",
                "metadata": {"x": 1},
                **({"parent_id": parent_id} if parent_id else {}),
            }
        )
        for event_id, parent_id in parents_by_event
    ]
    files = {f"polar/events/hour_{hour}.ndjson": "\n".join(lines).encode()}
    warehouse.land(files, LOAD_DAY + timedelta(hours=hour))


def _define(warehouse: Warehouse, seed: str) -> None:
    (warehouse.project / "seeds" / "cost_metric_definitions.csv").write_text(seed)


def _rebuild_traces_with_a_late_parent(warehouse: Warehouse) -> None:
    """A table of traces that was rebuilt does not know which event was a root before."""
    _land(warehouse, 1, ("grandparent", None))
    warehouse.dbt("run", "--full-refresh", "--select", "+int_event_traces", variables=VARIABLES)


def _rebuild_a_log_before_it_is_read(warehouse: Warehouse) -> None:
    """A log of changes that was rebuilt does not know what its readers have not seen."""
    _land(warehouse, 1, ("late", "alone"))
    warehouse.build(VARIABLES, without="cost_traces")
    warehouse.dbt("run", "--full-refresh", "--select", "int_trace_changes", variables=VARIABLES)


def _rebuild_the_log_of_metrics(warehouse: Warehouse) -> None:
    """A log of metrics that was rebuilt does not know those that are gone."""
    _define(warehouse, REMOVED)
    warehouse.dbt("seed", variables=VARIABLES)
    warehouse.dbt("run", "--select", "+int_cost_metrics", variables=VARIABLES)
    warehouse.dbt(
        "run", "--full-refresh", "--select", "int_cost_metric_changes", variables=VARIABLES
    )


def _select_marts_that_run_ahead(warehouse: Warehouse) -> None:
    """What reads a table that lags behind a change has not seen the change either."""
    _define(warehouse, SINGLE)
    warehouse.build(VARIABLES, without="cost_events")
    warehouse.dbt("run", "--select", "cost_traces", "costs_daily", variables=VARIABLES)


def _empty_a_table(warehouse: Warehouse) -> None:
    """A table that was emptied reflects nothing, whatever it did before."""
    warehouse.dbt(
        "run", "--empty", "--full-refresh", "--select", "cost_events+", variables=VARIABLES
    )


@pytest.fixture(scope="module")
def own_warehouse(tmp_path_factory: pytest.TempPathFactory) -> Warehouse:
    """A warehouse with a copy of the project, whose seeds the cases edit."""
    root = tmp_path_factory.mktemp("partial_runs")
    project = copy_project(root / "project")
    return Warehouse(root / "warehouse", project)


@pytest.mark.parametrize(
    "disturb",
    [
        _rebuild_traces_with_a_late_parent,
        _rebuild_a_log_before_it_is_read,
        _rebuild_the_log_of_metrics,
        _select_marts_that_run_ahead,
        _empty_a_table,
    ],
)
def test_an_ordinary_build_makes_up_for_a_partial_run(
    own_warehouse: Warehouse, disturb: Callable[[Warehouse], None]
) -> None:
    """Every mart equals that of a full refresh, row for row."""
    own_warehouse.reset()
    _define(own_warehouse, DOUBLED)
    _land(own_warehouse, 0, ("parent", "grandparent"), ("child", "parent"), ("alone", None))
    own_warehouse.build(VARIABLES)
    disturb(own_warehouse)
    own_warehouse.build(VARIABLES)
    ordinary = take_marts(own_warehouse)
    own_warehouse.build(VARIABLES, full_refresh=True)
    refreshed = take_marts(own_warehouse)
    assert not find_changed_marts(ordinary, refreshed)
