"""`make run` on a fresh machine, and the sample's published tables against pandas."""

import os
import re
import subprocess
import sys
import time
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import duckdb
import pandas
import pytest
from paths import PROJECT_ROOT

MOVEMENT_COMPONENTS = {
    "order": "revenue_amount",
    "credit_order": "revenue_amount",
    "refund": "refund_amount",
    "refund_reversal": "refund_amount",
    "dispute": "dispute_amount",
    "dispute_reversal": "dispute_amount",
}


@dataclass(frozen=True)
class Machine:
    """A machine on which nothing was ever run: its folder, and the first run's output."""

    folder: Path
    environment: dict[str, str]
    first_output: str

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run the command once more."""
        return _run(self.environment, *arguments)

    def frame(self, query: str) -> pandas.DataFrame:
        """A query of the published database as a frame; decimals stay `Decimal`."""
        with duckdb.connect(str(self.folder / "published.duckdb"), read_only=True) as database:
            cursor = database.execute(query)
            columns = [column[0] for column in cursor.description]
            return pandas.DataFrame(cursor.fetchall(), columns=columns, dtype=object)


def _run(environment: dict[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "scripts/run.py", *arguments],
        cwd=PROJECT_ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture(scope="module")
def machine(tmp_path_factory: pytest.TempPathFactory) -> Machine:
    """A fresh machine after its first run."""
    folder = tmp_path_factory.mktemp("machine")
    environment = os.environ | {
        "COST_INSIGHTS_LANDING": str(folder / "landing"),
        "COST_INSIGHTS_RAW": str(folder / "raw"),
        "COST_INSIGHTS_WAREHOUSE": str(folder / "warehouse" / "warehouse.duckdb"),
        "COST_INSIGHTS_PUBLISHED": str(folder / "published.duckdb"),
        "DBT_TARGET_PATH": str(folder / "target"),
        "DBT_LOG_PATH": str(folder / "logs"),
    }
    finished = _run(environment)
    assert finished.returncode == 0, finished.stdout + finished.stderr
    return Machine(folder, environment, finished.stdout)


def test_first_run_sums_up_the_sample(machine: Machine) -> None:
    """The summary's figures are those of the published tables."""
    (row_count,) = machine.frame("select sum(row_count) from marts.loads").iloc[0]
    assert f"{row_count:,}" in machine.first_output
    (cost,) = machine.frame(
        "select sum(cost_amount) from marts.profit_monthly where month_start_date = '2026-08-01'"
    ).iloc[0]
    assert re.search(rf"2026-08 .* {cost:,.2f}", machine.first_output)
    assert str(machine.folder / "published.duckdb") in machine.first_output


def test_daily_costs_are_the_sum_of_cost_events(machine: Machine) -> None:
    """costs_daily equals pandas' own grouping of cost_events, to the last digit."""
    events = machine.frame(
        "select customer_id, cost_metric_id, cast(occurred_at as date) as date_day, cost_amount"
        " from marts.cost_events"
    )
    grouped = events.groupby(["customer_id", "cost_metric_id", "date_day"], as_index=False)
    expected = grouped.agg(
        cost_amount=("cost_amount", "sum"), event_count=("cost_amount", "size")
    ).sort_values(["customer_id", "date_day"], ignore_index=True)
    found = machine.frame(
        "select customer_id, cost_metric_id, date_day, cost_amount, event_count"
        " from marts.costs_daily order by customer_id, date_day"
    )
    assert len(found) > 20_000
    pandas.testing.assert_frame_equal(expected, found, check_dtype=False, check_exact=True)


def test_lifetime_value_is_the_sum_of_movements_less_costs(machine: Machine) -> None:
    """Every customer's totals, recomputed by pandas from movements and cost events."""
    movements = machine.frame(
        "select customer_id, movement_kind, amount, fee_amount from marts.revenue_movements"
        " where amount is not null and fee_amount is not null"
    )
    movements["component"] = movements["movement_kind"].map(MOVEMENT_COMPONENTS)
    totals = movements.pivot_table(
        index="customer_id", columns="component", values="amount", aggfunc="sum"
    )
    totals["fee_amount"] = movements.groupby("customer_id")["fee_amount"].sum()
    costs = machine.frame("select customer_id, cost_amount from marts.cost_events")
    totals = totals.join(costs.groupby("customer_id")["cost_amount"].sum(), how="outer")
    totals = totals.astype(object).where(totals.notna(), 0)
    expected = (
        totals["revenue_amount"]
        + totals["refund_amount"]
        + totals["dispute_amount"]
        - totals["fee_amount"]
        - totals["cost_amount"]
    )
    found = machine.frame(
        "select customer_id, lifetime_value_amount from marts.lifetime_value"
        " where unconverted_count = 0 and first_activity_date is not null"
    ).set_index("customer_id")["lifetime_value_amount"]
    assert len(found) > 300
    assert expected.loc[found.index].to_dict() == found.to_dict()


def test_second_run_has_nothing_to_do(machine: Machine) -> None:
    """Without new files the command says so, quickly, and touches nothing."""
    published = machine.folder / "published.duckdb"
    before = published.stat().st_mtime_ns
    started_at = time.monotonic()
    finished = machine.run()
    assert finished.returncode == 0
    assert finished.stdout.startswith("Nothing new.")
    assert time.monotonic() - started_at < 3
    assert published.stat().st_mtime_ns == before


def test_own_files_replace_the_sample(machine: Machine) -> None:
    """The sample is put away when a user's own files come; runs last, as it changes the machine."""
    events = machine.folder / "own" / "polar" / "events"
    events.mkdir(parents=True)
    (events / "mine.ndjson").write_text(
        '{"id": "1", "timestamp": "2026-03-01T00:00:00Z", "name": "call", "customer_id": "me",'
        ' "metadata": {"_cost": {"amount": "250", "currency": "usd"}}}\n'
    )
    finished = machine.run("--landing", str(machine.folder / "own"))
    assert finished.returncode == 0, finished.stdout + finished.stderr
    found = machine.frame("select customer_id, lifetime_value_amount from marts.lifetime_value")
    assert found.to_dict("records") == [
        {"customer_id": "me", "lifetime_value_amount": Decimal("-2.5")}
    ]
