"""The dashboard's metrics through the warehouse: worked examples and random worlds, exact.

`test_oracle_metrics.py` holds the oracle to the worked examples; here the warehouse is held to
both. `COST_INSIGHTS_SEED` tries other worlds; a failure names its seed.
"""

import math
import os
from collections.abc import Iterable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from changes import find_changed_marts
from goldens_credits import LATE, at
from goldens_metric_formulas import AS_OF, formula_story
from goldens_metrics import (
    Cells,
    Telling,
    expected_cells,
    find_differences,
    load_tellings,
    metric_files,
    periods_of,
)
from oracle_metric_periods import GRAINS
from oracle_metrics import Metrics, ask_metrics
from stories import LOAD_DAY, take_marts
from worlds_metrics import MetricWorld

from warehouse import Warehouse

SEED = int(os.environ.get("COST_INSIGHTS_SEED", "20261121"))
HOURLY_DAYS = 7
MARTS = [f"metrics_{grain}" for grain in GRAINS.values()]
TELLINGS = load_tellings()


def _variables(as_of: datetime, zone: str, hourly_days: int = HOURLY_DAYS) -> dict[str, Any]:
    moment = as_of.replace(tzinfo=None).isoformat() + "Z"
    variables: dict[str, Any] = {"as_of": moment, "reporting_timezone": zone}
    if hourly_days != HOURLY_DAYS:
        variables["hourly_metrics_days"] = hourly_days
    return variables


def _run(warehouse: Warehouse, variables: dict[str, Any]) -> None:
    """Build the metrics alone, and what they read."""
    selected = [f"+{mart}" for mart in MARTS]
    warehouse.dbt("seed", variables=variables)
    warehouse.dbt("run", "--select", *selected, variables=variables)


def _rows_of(warehouse: Warehouse, interval: str) -> Cells:
    rows = warehouse.table(f"metrics_{GRAINS[interval]}")
    found = {row.pop("period_start"): row for row in rows}
    assert len(found) == len(rows), f"{interval}: two rows of one period"
    return found


def _compare(warehouse: Warehouse, metrics: Metrics, hourly_days: int = HOURLY_DAYS) -> list[str]:
    """Compare all rows of all grains with the oracle, in every figure that it knows."""
    lines = []
    for interval in GRAINS:
        since = metrics.as_of - timedelta(days=hourly_days) if interval == "hour" else None
        expected = metrics.rows(interval, since)
        found = _rows_of(warehouse, interval)
        lines += _differences(interval, expected, found)
    return lines


def _differences(interval: str, expected: Cells, found: Cells) -> Iterable[str]:
    for start in sorted(expected.keys() | found.keys()):
        place = f"{interval} {start:%F %T}"
        if start not in found or start not in expected:
            yield f"{place}: only {'oracle' if start in expected else 'warehouse'}"
            continue
        row = found[start]
        for slug, value in expected[start].items():
            assert not isinstance(row[slug], float), slug
            if row[slug] != value:
                yield f"{place} {slug}: {row[slug]} instead of {value}"


# Worked examples


def _hourly_days(telling: Telling) -> int:
    """Return how many days back its examples of hours go."""
    firsts = [periods_of(case)[0] for case in telling.cases if case["query"]["interval"] == "hour"]
    seconds = (telling.as_of - min(firsts, default=telling.as_of)).total_seconds()
    return max(HOURLY_DAYS, math.ceil(seconds / 86400))


@pytest.mark.parametrize("telling", TELLINGS, ids=[telling.name for telling in TELLINGS])
def test_examples(warehouse: Warehouse, telling: Telling) -> None:
    """What is told together is as the oracle has it, and each example finds what it asserts."""
    days = _hourly_days(telling)
    warehouse.reset()
    warehouse.land(telling.files, at(LATE))
    _run(warehouse, _variables(telling.as_of, telling.zone, days))
    differences = _compare(warehouse, telling.ask(), days)
    for case in telling.cases:
        rows = _rows_of(warehouse, case["query"]["interval"])
        differences += find_differences(expected_cells(case), rows)
        asked = [start for start in periods_of(case) if start >= min(rows)]
        assert set(asked) <= rows.keys(), case["id"]
    assert not differences, "\n".join(differences)


def test_formulas(warehouse: Warehouse) -> None:
    """Single formulas and rates, told together."""
    records, cells = formula_story()
    warehouse.reset()
    warehouse.land(metric_files(records), at(LATE))
    _run(warehouse, _variables(AS_OF, "UTC"))
    assert not find_differences(cells, _rows_of(warehouse, "month"))


# Random worlds


@pytest.fixture(scope="module")
def own_warehouse(tmp_path_factory: pytest.TempPathFactory) -> Warehouse:
    """A warehouse that the examples do not empty."""
    root: Path = tmp_path_factory.mktemp("metrics")
    return Warehouse(root)


@pytest.mark.parametrize(("zone", "shift"), [("America/New_York", 0), ("Australia/Lord_Howe", 1)])
def test_a_world_equals_the_oracle(own_warehouse: Warehouse, zone: str, shift: int) -> None:
    """Landed in two parts, the clock going back and forth.

    At the end all marts are those of a full refresh.
    """
    seed = SEED + shift
    world = MetricWorld(seed, 800)
    own_warehouse.reset()
    differences: list[str] = []
    clocks = world.clocks
    for number, files in enumerate(world.files(2)):
        own_warehouse.land(files, LOAD_DAY + timedelta(hours=number))
        for clock in clocks[number :: len(clocks) - 1]:
            _run(own_warehouse, _variables(clock, zone))
            metrics = ask_metrics(own_warehouse.landed_files(), clock, zone)
            found = _compare(own_warehouse, metrics)
            differences += [f"as of {clock}: {line}" for line in found]
    assert not differences, f"seed {seed}: {len(differences)}\n" + "\n".join(differences[:40])
    own_warehouse.build(_variables(clock, zone))
    built = take_marts(own_warehouse)
    own_warehouse.build(_variables(clock, zone), full_refresh=True)
    assert not find_changed_marts(built, take_marts(own_warehouse))
