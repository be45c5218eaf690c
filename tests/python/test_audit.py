"""Data tests of event tables look at new loads until they pass; an audit looks at everything."""

import json
from datetime import UTC, datetime

import duckdb
import pytest
from stories import VARIABLES

from warehouse import BuildError, Warehouse

MODEL = "base_polar__events"
TESTS = ("test", "--select", MODEL, "--exclude-resource-type", "unit_test")


def land(warehouse: Warehouse, name: str, minute: int) -> None:
    """Land a file of two events, the first with the id `<name>-0`."""
    lines = [
        {"id": f"{name}-{number}", "name": "call", "timestamp": "2026-01-01T00:00:00Z"}
        for number in range(2)
    ]
    content = "".join(json.dumps(line) + "\n" for line in lines)
    warehouse.land(
        {f"polar/events/{name}.ndjson": content.encode()},
        datetime(2026, 1, 2, 0, minute, tzinfo=UTC),
    )


def run(warehouse: Warehouse) -> None:
    """Build the model and the registry of loads that it reads."""
    warehouse.dbt("run", "--select", f"+{MODEL}", variables=VARIABLES["utc"])


def change(warehouse: Warehouse, sql: str) -> None:
    """Change a table behind dbt's back."""
    with duckdb.connect(str(warehouse.database)) as connection:
        connection.execute(sql)


def double(warehouse: Warehouse, polar_id: str) -> None:
    """Break the grain: one row stands there twice."""
    change(
        warehouse,
        f"insert into staging.{MODEL} select * from staging.{MODEL} where polar_id = '{polar_id}'",
    )


def is_found(warehouse: Warehouse, *, audit: bool = False) -> bool:
    """Run the model's data tests and return whether one failed."""
    try:
        warehouse.dbt(*TESTS, variables={**VARIABLES["utc"], **({"audit": True} if audit else {})})
    except BuildError as error:
        assert "unique_grain" in str(error)
        return True
    return False


@pytest.fixture(scope="module")
def built(warehouse: Warehouse) -> Warehouse:
    """A warehouse with one load, built and tested."""
    warehouse.reset()
    land(warehouse, "first", 0)
    run(warehouse)
    assert not is_found(warehouse)
    return warehouse


def test_a_broken_row_is_found_until_it_is_repaired(built: Warehouse) -> None:
    """Neither a second look nor a newer load makes the tests pass over a load that failed."""
    land(built, "second", 1)
    run(built)
    double(built, "second-0")
    assert is_found(built)
    assert is_found(built)
    land(built, "third", 2)
    run(built)
    assert is_found(built)
    change(
        built,
        f"delete from staging.{MODEL} where rowid = "
        f"(select max(rowid) from staging.{MODEL} where polar_id = 'second-0')",
    )
    assert not is_found(built)


def test_an_old_load_is_read_by_an_audit_alone(built: Warehouse) -> None:
    """What passed is not read again before an audit; what an audit finds stays found."""
    double(built, "first-0")
    assert not is_found(built)
    assert is_found(built, audit=True)
    assert is_found(built)
