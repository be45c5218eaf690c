"""The dashboard's metrics through the warehouse: worked examples and random worlds, exact.

`test_oracle_metrics.py` holds the oracle to the worked examples; here the warehouse is held to
both. `COST_INSIGHTS_SEED` tries other worlds; a failure names its seed.
"""

import os
from collections.abc import Iterable
from datetime import datetime, timedelta

import pytest
from goldens_credits import LATE, at
from goldens_metric_formulas import AS_OF, formula_story
from goldens_metrics import (
    Cells,
    expected_cells,
    find_differences,
    load_tellings,
    metric_files,
)
from oracle_metric_periods import GRAINS
from oracle_metrics import Metrics, ask_metrics
from stories import LOAD_DAY
from worlds_metrics import MetricWorld

from warehouse import Warehouse

SEED = int(os.environ.get("COST_INSIGHTS_SEED", "20261121"))
HOURLY_DAYS = 7
TELLINGS = {telling.name: telling for telling in load_tellings()}


def _run(
    warehouse: Warehouse, as_of: datetime, zone: str, intervals: Iterable[str] = GRAINS
) -> None:
    """Build what some metrics need, and nothing else."""
    warehouse.dbt(
        "build",
        *("--exclude-resource-type", "unit_test", "--exclude-resource-type", "test"),
        "--select",
        *(f"+metrics_{GRAINS[interval]}" for interval in intervals),
        variables=_variables(as_of, zone),
    )


def _variables(as_of: datetime, zone: str) -> dict[str, str]:
    moment = as_of.replace(tzinfo=None).isoformat() + "Z"
    return {"as_of": moment, "reporting_timezone": zone}


def _rows_of(warehouse: Warehouse, interval: str) -> Cells:
    rows = warehouse.table(f"metrics_{GRAINS[interval]}")
    found = {row.pop("period_start"): row for row in rows}
    assert len(found) == len(rows), f"{interval}: two rows of one period"
    return found


def _find_differences(
    warehouse: Warehouse, metrics: Metrics, intervals: Iterable[str] = GRAINS
) -> list[str]:
    """Compare all rows with the oracle, in every figure that it knows.

    Returns:
        The first period of each figure that differs, and periods that only one of the two has.
    """
    lines: dict[tuple[str, object], str] = {}
    for interval in intervals:
        since = metrics.as_of - timedelta(days=HOURLY_DAYS) if interval == "hour" else None
        expected, found = metrics.rows(interval, since), _rows_of(warehouse, interval)
        for start in sorted(expected.keys() | found.keys()):
            place = f"{interval} {start:%F %T}"
            if start not in found or start not in expected:
                owner = "oracle" if start in expected else "warehouse"
                lines[interval, start] = f"{place}: only {owner}"
                continue
            for slug, value in expected[start].items():
                there = found[start][slug]
                if isinstance(there, float) or there != value:
                    line = f"{place} {slug}: {there!r} instead of {value}"
                    lines.setdefault((interval, slug), line)
    return list(lines.values())


# Worked examples


@pytest.mark.parametrize("name", TELLINGS)
def test_examples(warehouse: Warehouse, name: str) -> None:
    """What is told together is as the oracle has it, and each example finds what it asserts."""
    telling = TELLINGS[name]
    warehouse.reset()
    warehouse.land(telling.files, at(LATE))
    _run(warehouse, telling.as_of, telling.zone, telling.intervals)
    differences = _find_differences(warehouse, telling.ask(), telling.intervals)
    for case in telling.cases:
        if cells := expected_cells(case):
            rows = _rows_of(warehouse, case["query"]["interval"])
            differences += find_differences(cells, rows)
    assert not differences, "\n".join(differences)


def test_formulas(warehouse: Warehouse) -> None:
    """Single formulas and rates, told together."""
    records, cells = formula_story()
    warehouse.reset()
    warehouse.land(metric_files(records), at(LATE))
    _run(warehouse, AS_OF, "UTC", ["month"])
    assert not find_differences(cells, _rows_of(warehouse, "month"))


# Random worlds


# The clocks of tellings are those of worlds too: dbt has read the project for them already.
@pytest.mark.parametrize("telling_name", ["weeks_in_new_york", "costs_in_kolkata"])
def test_a_world_equals_the_oracle(warehouse: Warehouse, telling_name: str) -> None:
    """Landed in two parts, it is as the oracle has it after each."""
    as_of, zone = TELLINGS[telling_name].as_of, TELLINGS[telling_name].zone
    world = MetricWorld(SEED, 800)
    warehouse.reset()
    differences: list[str] = []
    for number, files in enumerate(world.files(2)):
        warehouse.land(files, LOAD_DAY + timedelta(hours=number))
        _run(warehouse, as_of, zone)
        found = _find_differences(warehouse, ask_metrics(warehouse.landed_files(), as_of, zone))
        differences += [f"part {number + 1}: {line}" for line in found]
    assert not differences, f"seed {SEED}: {len(differences)}\n" + "\n".join(differences[:40])
