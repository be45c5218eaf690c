"""The benchmarks of credits and metrics: what they land, and what their report says."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from warehouse import PROJECT_ROOT

sys.path.insert(0, str(PROJECT_ROOT / "scripts"))

from bench import Cost
from bench_session import Session
from sample_data.benchmark_metrics import write_subscriptions
from sample_data.landing_writer import LandingWriter

COUNT = 400


def test_the_report_shows_each_goal_with_its_verdict(tmp_path: Path) -> None:
    session = Session(tmp_path / "work")
    session.model_count = 170
    seconds = {
        "land": 20,
        "dbt run": 180,
        "dbt run, nothing new": 15,
        "empty models": 10,
        "land 1 % new": 2,
        "dbt run, 1 % new": 40,
    }
    session.costs = {name: Cost(wall, wall * 2, 1.5) for name, wall in seconds.items()}

    lines = session.report("5 customers", [("a / b", 3.5, 3.0), *session.run_goals()]).splitlines()

    assert lines[0].startswith("5 customers, 2 threads, memory limit ")
    rows = [line.split("  ") for line in lines]
    goals = {row[0]: [cell.strip() for cell in row[1:] if cell] for row in rows}
    assert goals["dbt run"] == ["180.0", "360.0", "1.50"]
    assert goals["a / b"] == ["3.50", "3.00", "MISS"]
    assert goals["nothing new / 170 empty models"] == ["1.50", "2.00", "pass"]
    # (2 + 40) / (0.1 x (20 + 180) + 15)
    assert goals["1 % new / (10 % of full + nothing new)"] == ["1.20", "1.00", "MISS"]


def test_subscriptions_are_the_same_each_time_and_have_an_order_each(tmp_path: Path) -> None:
    for name in ("one", "other"):
        write_subscriptions(LandingWriter(tmp_path / name), 1, COUNT)
    files = {
        str(path.relative_to(tmp_path / "one")): path.read_bytes()
        for path in (tmp_path / "one").rglob("*.*")
    }
    assert len(files) == 4
    for name, content in files.items():
        assert (tmp_path / "other" / name).read_bytes() == content
    lines = {name.split("/")[1]: content.splitlines() for name, content in files.items()}
    subscriptions = [json.loads(line) for line in lines["subscriptions"]]
    orders = [json.loads(line) for line in lines["orders"]]

    assert len({row["id"] for row in subscriptions}) == COUNT
    assert [row["subscription_id"] for row in orders] == [row["id"] for row in subscriptions]
    ended = [row for row in subscriptions if row["ended_at"]]
    assert 0.4 * COUNT < len(ended) < 0.7 * COUNT
    assert all(row["started_at"] < row["ended_at"] < "2026-11-02" for row in ended)
    assert {row["currency"] for row in subscriptions} == {"usd", "eur"}
    assert {row["started_at"][:4] for row in subscriptions} == {str(y) for y in range(2021, 2027)}


@pytest.mark.parametrize(
    ("script", "arguments"),
    [
        ("bench_credits.py", ["--events", "99"]),
        ("bench_credits.py", ["--customers", "0"]),
        ("bench_metrics.py", ["--subscriptions", "0"]),
        ("bench_metrics.py", ["--subscriptions", "x"]),
    ],
)
def test_wrong_arguments_end_with_code_2(script: str, arguments: list[str]) -> None:
    command = [sys.executable, str(PROJECT_ROOT / "scripts" / script), *arguments]
    assert subprocess.run(command, capture_output=True, check=False).returncode == 2
