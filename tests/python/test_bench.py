"""The benchmark's parts on a few events: what it runs, that both sides agree, what it prints."""

import json
import os
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest

from warehouse import PROJECT_ROOT, Warehouse

sys.path.insert(0, str(PROJECT_ROOT / "scripts"))

import bench
import duckdb

EVENTS, METERS = 2_000, 20
AS_OF = "2026-01-31 12:00:00"


def test_the_plain_script_gives_the_projects_rows(warehouse: Warehouse, tmp_path: Path) -> None:
    warehouse.reset()
    numbers = ("--events", str(EVENTS), "--meters", str(METERS))
    made = warehouse.run_script("make_sample_data.py", *numbers)
    assert made.returncode == 0, made.stderr
    assert warehouse.run_script("load_raw.py").returncode == 0
    variables = {"as_of": AS_OF}
    warehouse.dbt("seed", variables=variables)
    ancestors = [f"+{table}" for table in bench.COMPARED_TABLES]
    warehouse.dbt("run", "--select", *ancestors, variables=variables)

    database = tmp_path / "plain_script.duckdb"
    places = (database, warehouse.landing, tmp_path)
    command = bench.sql_command(*places, bench.plain_script(warehouse.landing), AS_OF)
    cost = bench.measure("script", command, dict(os.environ), tmp_path / "log", tmp_path)

    assert cost.wall > 0 and cost.cpu > 0 and 0.01 < cost.memory < 3
    sides = (warehouse.database, "marts", database, "main")
    for table in bench.COMPARED_TABLES:
        assert bench.differing_rows_apart(*sides, table) == 0
    rows = {table: warehouse.table(table) for table in bench.COMPARED_TABLES}
    # Four metrics find twice as many values as events have costs; a fifth of the events are steps.
    assert 1.2 * EVENTS < len(rows["cost_events"]) < 1.6 * EVENTS
    assert 0.7 * EVENTS < len(rows["cost_traces"]) < 0.9 * EVENTS
    assert {row["depth"] for row in rows["cost_traces"]} == {0, 1, 2, 3, 4}
    # Events end with the year, the calendar with the clock.
    assert "other" in {row["slice_value"] for row in rows["cost_report_monthly"]}
    assert len({row["dimension_name"] for row in rows["cost_by_dimension_daily"]}) == 5
    assert max(row["date_day"] for row in rows["cost_trace_statistics_daily"]) == date(2026, 1, 31)
    assert len({row["meter_id"] for row in rows["meter_events"]}) == METERS
    # Each event counts for about one meter; months have fewer rows than days, days than hours.
    assert 0.8 * EVENTS < len(rows["meter_events"]) < 1.2 * EVENTS
    periods = ("monthly", "daily", "hourly")
    counts = [len(rows[f"meter_usage_{period}"]) for period in periods]
    assert sorted(set(counts)) == counts
    assert all(rows.values())


def test_the_bare_copy_holds_every_line_that_is_landed(tmp_path: Path) -> None:
    folder = tmp_path / "landing" / "polar" / "events"
    folder.mkdir(parents=True)
    (folder / "a.ndjson").write_text('{"id": "1", "name": "quoted, and \\" more"}\nnot json\n')
    copied = tmp_path / "copied.parquet"

    command = bench.sql_command(None, tmp_path / "landing", copied, bench.BARE_COPY)
    bench.measure("copy", command, dict(os.environ), tmp_path / "log", tmp_path)

    rows = duckdb.connect().execute(f"from '{copied}' order by line").fetchall()
    assert rows == [("not json",), ('{"id": "1", "name": "quoted, and \\" more"}',)]


def test_a_failing_step_says_what_it_printed(tmp_path: Path) -> None:
    command = [sys.executable, "-c", "raise SystemExit('no such thing')"]
    with pytest.raises(bench.StepFailed, match=r"landing failed(.|\n)*no such thing"):
        bench.measure("landing", command, dict(os.environ), tmp_path / "log", tmp_path)


def test_a_row_too_many_on_either_side_is_a_difference(tmp_path: Path) -> None:
    for name, values in (("left", "(1), (1), (2)"), ("right", "(1), (2), (3), (3)")):
        command = bench.sql_command(
            tmp_path / f"{name}.duckdb",
            tmp_path,
            tmp_path,
            f"create table numbers as from (values {values}) as numbers (number)",
        )
        subprocess.run(command, check=True)

    sides = (tmp_path / "left.duckdb", "main", tmp_path / "right.duckdb", "main")

    assert bench.differing_rows(*sides, "numbers") == 3


def test_a_meter_is_written_as_an_analyst_would(tmp_path: Path) -> None:
    name = {"property": "name", "operator": "like", "value": "call"}
    size = {"property": "render.size", "operator": "ne", "value": "512x512"}
    tokens = {"property": "metadata._llm.output_tokens", "operator": "gte", "value": 50}
    meter = {
        "id": "m",
        "filter": {
            "conjunction": "or",
            "clauses": [name, {"conjunction": "and", "clauses": [size, tokens]}],
        },
        "aggregation": {"func": "max", "property": "metadata.units"},
    }
    folder = tmp_path / "polar" / "meters"
    folder.mkdir(parents=True)
    (folder / "one.ndjson").write_text(json.dumps(meter) + "\n")

    script = bench.plain_script(tmp_path)

    condition = "(contains(event_name, 'call') or (size <> '512x512' and output_tokens >= 50))"
    assert f"where {condition} and units is not null" in script
    assert "cast(units as decimal(38, 12)) as quantity" in script


def test_seconds_are_those_of_the_usage_models(tmp_path: Path) -> None:
    folders = {
        "meter_events": "models/marts/usage/",
        "int_meter_events_matched": "models/intermediate/usage/",
        "costs_daily": "models/marts/costs/",
    }
    nodes = {
        f"model.{name}": {"name": name, "original_file_path": f"{folder}{name}.sql"}
        for name, folder in folders.items()
    }
    results = [
        {"unique_id": unique_id, "execution_time": seconds}
        for unique_id, seconds in zip(nodes, (1.5, 2.25, 8.0), strict=True)
    ]
    (tmp_path / "manifest.json").write_text(json.dumps({"nodes": nodes}))
    (tmp_path / "run_results.json").write_text(json.dumps({"results": results}))

    seconds = bench.usage_seconds(tmp_path)

    assert list(seconds.items()) == [("int_meter_events_matched", 2.25), ("meter_events", 1.5)]


def test_the_empty_project_has_as_many_models_stored_alike(tmp_path: Path) -> None:
    nodes = {
        "model.a": _node("model", materialized="view", incremental_strategy=None),
        "model.b": _node("model", materialized="incremental", incremental_strategy="append"),
        "model.c": _node("model", materialized="incremental", incremental_strategy="delete+insert"),
        "seed.d": _node("seed", materialized="seed", incremental_strategy=None),
    }
    manifest = tmp_path / "manifest.json"
    manifest.write_text(json.dumps({"nodes": nodes}))

    count = bench.write_empty_project(tmp_path / "empty", manifest)

    models = [path.read_text() for path in sorted((tmp_path / "empty" / "models").iterdir())]
    assert count == len(models) == 3
    assert all(model.endswith("select 1 as id\n") for model in models)
    assert "materialized='view'" in models[0]
    assert "incremental_strategy='append'" in models[1]
    assert "incremental_strategy='delete+insert', unique_key='id'" in models[2]


def test_the_report_shows_each_goal_with_its_verdict(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bench, "WORK", tmp_path)
    session = bench.Bench(EVENTS, METERS, is_quiet=True)
    session.usage_seconds = {"int_meter_events_matched": 2.25, "meter_events": 1.5}
    seconds = {
        "land": 14,
        "bare COPY": 10,
        "dbt seed": 2,
        "dbt run": 80,
        "plain script": 40,
        "dbt run, nothing new": 5,
        "empty models": 4,
        "land 1 % new": 1,
        "dbt run, 1 % new": 8,
    }
    session.costs = {
        name: [bench.Cost(wall + 1, wall * 2, 1.0), bench.Cost(wall, wall * 3, 2.0)]
        for name, wall in seconds.items()
    }
    session.model_count = 53

    lines = bench.report(session, verified_marts=15).splitlines()

    goals = {line[:38].strip(): line[38:].split() for line in lines}
    assert goals["land / bare COPY"] == ["1.40", "1.40", "1.50", "pass"]
    assert goals["land + run / plain script"] == ["2.35", "2.35", "2.00", "MISS"]
    assert goals["nothing new / 53 empty models"] == ["1.25", "1.25", "2.00", "pass"]
    assert goals["1 % new / (10 % of full + nothing new)"] == ["0.62", "0.62", "1.00", "pass"]
    assert lines[0].startswith("2,000 events and 20 meters (0 MB of landing files), 2 threads")
    words = [line.split() for line in lines]
    assert ["int_meter_events_matched", "2.25"] in words and ["all", "together", "3.75"] in words
    assert goals["peak memory of a project step, GB"] == ["2.00", "3.00", "pass"]
    assert len({len(line) for line in lines if line.endswith(("pass", "MISS"))}) == 1
    assert lines[-1] == "All 15 marts equal a full refresh, row for row."


@pytest.mark.parametrize(
    "arguments",
    [["--events", "99"], ["--repeat", "0"], ["--events", "x"], ["--meters", "0"]],
)
def test_wrong_arguments_end_with_code_2(arguments: list[str]) -> None:
    command = [sys.executable, str(PROJECT_ROOT / "scripts" / "bench.py"), *arguments]
    assert subprocess.run(command, capture_output=True, check=False).returncode == 2


def _node(resource_type: str, **config: str | None) -> dict:
    return {"resource_type": resource_type, "config": config}
