"""Credits and metered charges: random worlds against the oracle, exact, at several clocks.

`COST_INSIGHTS_SEED` tries another world; a failure names its seed.
"""

import os
from collections import Counter
from datetime import datetime, timedelta

import pytest
from changes import copy_project, find_changed_marts, write_seed
from oracle_credit_rows import ask_credits, credit_rows
from oracle_values import Settings
from stories import LOAD_DAY, Rows, take_marts
from worlds_credits import DEFINITIONS, CreditWorld

from warehouse import Warehouse

SEED = int(os.environ.get("COST_INSIGHTS_SEED", "20261121"))
ZONE = "Asia/Kolkata"
KEYS = {
    "credit_balances": ("customer_id", "meter_id"),
    "credit_movements": ("customer_id", "meter_id", "movement_number"),
    "credit_balances_daily": ("customer_id", "meter_id", "date_day"),
    "metered_charges": ("subscription_id", "price_id", "period_start"),
}


@pytest.fixture(scope="module")
def own_warehouse(tmp_path_factory: pytest.TempPathFactory) -> Warehouse:
    """A warehouse with a copy of the project, whose seed holds the world's benefits."""
    root = tmp_path_factory.mktemp("credits")
    project = copy_project(root / "project")
    write_seed(project, "credit_benefit_definitions", DEFINITIONS)
    return Warehouse(root / "warehouse", project)


def _variables(clock: datetime) -> dict[str, str]:
    moment = clock.replace(tzinfo=None).isoformat() + "Z"
    return {"as_of": moment, "reporting_timezone": ZONE}


def _differences(mart: str, expected: Rows, found: Rows) -> list[str]:
    """Compare by key, in the columns that the oracle knows."""
    keys = KEYS[mart]
    wanted = {tuple(row[name] for name in keys): row for row in expected}
    there = {tuple(row[name] for name in keys): row for row in found}
    assert len(there) == len(found), f"{mart}: {keys} is not the grain"
    lines = [f"{mart}: only oracle: {wanted[key]}" for key in wanted.keys() - there.keys()]
    lines += [f"{mart}: only warehouse: {there[key]}" for key in there.keys() - wanted.keys()]
    for key in wanted.keys() & there.keys():
        expected_row = dict(wanted[key])
        if event_id := expected_row.pop("event_id", None):
            expected_row["movement_id"] = f"event:{event_id}"
        other = [
            f"{name} {there[key][name]} instead of {value}"
            for name, value in expected_row.items()
            if there[key][name] != value
        ]
        if other:
            lines.append(f"{mart}: {key}: {'; '.join(other)}")
    return sorted(lines)


def test_worlds_equal_the_oracle(own_warehouse: Warehouse) -> None:
    """Balances, ledger and charges, landed in two parts, the clock going back and forth."""
    world = CreditWorld(SEED, 1500)
    differences: list[str] = []
    parts = world.files(2)
    clocks = world.clocks
    for number, files in enumerate(parts):
        own_warehouse.land(files, LOAD_DAY + timedelta(hours=number))
        for clock in clocks[number::2]:
            own_warehouse.build(_variables(clock))
            settings = Settings(as_of=clock, reporting_timezone=ZONE)
            answer = ask_credits(own_warehouse.landed_files(), settings, DEFINITIONS)
            for mart, expected in credit_rows(answer).items():
                if mart in KEYS:
                    found = own_warehouse.table(mart)
                    differences += [
                        f"as of {clock}: {line}" for line in _differences(mart, expected, found)
                    ]
    assert not differences, f"seed {SEED}: {len(differences)}\n" + "\n".join(differences[:40])
