"""Credits and metered charges through the warehouse: worked examples and random worlds, exact.

`test_oracle_credits.py` holds the oracle to the worked examples; here the warehouse is held to the
oracle. `COST_INSIGHTS_SEED` tries another world; a failure names its seed.
"""

import json
import os
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

import pytest
from changes import copy_project, find_changed_marts, write_seed
from goldens_credits import CASES, LATE, MADE, at, golden_records
from oracle_credit_rows import Answer, ask_credits, credit_rows
from oracle_values import LandedFile, Settings
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
MARTS = (*KEYS, "usage_reconciliation")
EXAMPLES = [case for case in CASES if case["area"] != "rounding"]
IDENTIFIERS = {"id", "external_id"} | {
    f"{name}_id"
    for name in (
        "benefit",
        "customer",
        "external_customer",
        "meter",
        "order",
        "product",
        "product_price",
        "subscription",
    )
}


def _variables(clock: datetime, zone: str) -> dict[str, str]:
    moment = clock.replace(tzinfo=None).isoformat() + "Z"
    return {"as_of": moment, "reporting_timezone": zone}


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


# Worked examples


def _named_apart(value: Any, prefix: str, key: str = "") -> Any:
    """Return a record in which every identifier belongs to one example."""
    if isinstance(value, dict):
        return {name: _named_apart(inner, prefix, name) for name, inner in value.items()}
    if isinstance(value, list):
        return [_named_apart(inner, prefix, key) for inner in value]
    return prefix + value if key in IDENTIFIERS and isinstance(value, str) else value


def _example_files(cases: Iterable[dict]) -> dict[str, bytes]:
    records: dict[str, list[str]] = {}
    for case in cases:
        for entity, listed in golden_records(case)[0].items():
            records.setdefault(entity, []).extend(
                json.dumps(_named_apart({"created_at": MADE, **record}, f"{case['id']}/")) + "\n"
                for record in listed
            )
    return {
        f"polar/{entity}/examples.ndjson": "".join(lines).encode()
        for entity, lines in records.items()
    }


def _ask_example(case: dict, clock: datetime) -> Answer:
    files = [
        LandedFile("polar", name.split("/")[1], name, at(LATE) + timedelta(seconds=number), content)
        for number, (name, content) in enumerate(_example_files([case]).items())
    ]
    return ask_credits(files, Settings(as_of=clock, reporting_timezone="UTC"))


@pytest.fixture(scope="module")
def examples(warehouse: Warehouse) -> dict[datetime, dict[str, Rows]]:
    """The marts of all examples together, at each clock at which one of them is asked."""
    warehouse.reset()
    warehouse.land(_example_files(EXAMPLES), at(LATE))
    marts = {}
    clocks = sorted({at(golden_records(case)[1]) for case in EXAMPLES}, reverse=True)
    warehouse.build(_variables(clocks[0], "UTC"), marts=MARTS)
    for clock in clocks:
        # All that the clock cuts.
        warehouse.dbt(
            "run",
            "--select",
            *(f"+{mart},config.meta.is_cut_by_clock:true" for mart in KEYS),
            variables=_variables(clock, "UTC"),
        )
        marts[clock] = {mart: warehouse.table(mart) for mart in KEYS}
    return marts


@pytest.mark.parametrize("case", EXAMPLES, ids=[case["id"] for case in EXAMPLES])
def test_example(examples: dict[datetime, dict[str, Rows]], case: dict) -> None:
    """The warehouse, which holds all examples, has of this one what the oracle has."""
    clock = at(golden_records(case)[1])
    prefix = f"{case['id']}/"
    differences = []
    for mart, expected in credit_rows(_ask_example(case, clock)).items():
        if mart in KEYS:
            names = KEYS[mart][:2]
            found = [
                row
                for row in examples[clock][mart]
                if all(str(row[name]).startswith(prefix) for name in names)
            ]
            differences += _differences(mart, expected, found)
    assert not differences, "\n".join(differences)


# Random worlds


@pytest.fixture(scope="module")
def own_warehouse(tmp_path_factory: pytest.TempPathFactory) -> Warehouse:
    """A warehouse with a copy of the project, whose seed holds the worlds' benefits."""
    root = tmp_path_factory.mktemp("credits")
    project = copy_project(root / "project")
    write_seed(project, "credit_benefit_definitions", DEFINITIONS)
    return Warehouse(root / "warehouse", project)


def test_a_world_equals_the_oracle(own_warehouse: Warehouse) -> None:
    """Balances, ledger and charges, landed in two parts, the clock going back and forth.

    At the end the marts are those of a full refresh.
    """
    world = CreditWorld(SEED, 1500)
    differences: list[str] = []
    clocks = world.clocks
    for number, files in enumerate(world.files(2)):
        own_warehouse.land(files, LOAD_DAY + timedelta(hours=number))
        for clock in clocks[number :: len(clocks) - 1]:
            own_warehouse.build(_variables(clock, ZONE), marts=MARTS)
            settings = Settings(as_of=clock, reporting_timezone=ZONE)
            answer = ask_credits(own_warehouse.landed_files(), settings, DEFINITIONS)
            for mart, expected in credit_rows(answer).items():
                if mart in KEYS:
                    found = own_warehouse.table(mart)
                    differences += [
                        f"as of {clock}: {line}" for line in _differences(mart, expected, found)
                    ]
    assert not differences, f"seed {SEED}: {len(differences)}\n" + "\n".join(differences[:40])
    built = take_marts(own_warehouse)
    own_warehouse.build(_variables(clock, ZONE), full_refresh=True, marts=MARTS)
    assert not find_changed_marts(built, take_marts(own_warehouse))


def test_a_world_landed_piece_by_piece(own_warehouse: Warehouse) -> None:
    """What each run writes anew is enough, while the clock goes on between landings.

    At the end the tables are those of a full refresh, and the oracle's. The clocks are those of the
    other world: another would make dbt read the project anew.
    """
    world = CreditWorld(SEED + 1, 1500)
    own_warehouse.reset()
    models = [f"+{mart}" for mart in MARTS]
    clocks = sorted(CreditWorld(SEED, 1500).clocks)
    for number, (clock, files) in enumerate(zip(clocks, world.files(len(clocks)), strict=True)):
        own_warehouse.land(files, LOAD_DAY + timedelta(hours=number))
        if number == 0:
            own_warehouse.dbt("seed", variables=_variables(clock, ZONE))
        own_warehouse.dbt("run", "--select", *models, variables=_variables(clock, ZONE))
    settings = Settings(as_of=clock, reporting_timezone=ZONE)
    answer = ask_credits(own_warehouse.landed_files(), settings, DEFINITIONS)
    differences = [
        line
        for mart, expected in credit_rows(answer).items()
        if mart in KEYS
        for line in _differences(mart, expected, own_warehouse.table(mart))
    ]
    assert not differences, f"seed {SEED + 1}: {len(differences)}\n" + "\n".join(differences[:40])
    built = {mart: own_warehouse.table(mart) for mart in MARTS}
    own_warehouse.dbt(
        "run", "--full-refresh", "--select", *models, variables=_variables(clock, ZONE)
    )
    assert not find_changed_marts(built, {mart: own_warehouse.table(mart) for mart in MARTS})
