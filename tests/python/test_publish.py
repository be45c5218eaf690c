"""Publishing: what is published, when it is refused, and what readers see meanwhile.

A tiny dbt project stands in for the real one; it uses the real macros. Each case starts from one
built warehouse, restored by copying the file, and breaks it by real dbt commands where it can.
"""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from unittest import mock

import duckdb
import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "scripts"))

from paths import PROJECT_ROOT, Paths
from publish import Publication, RefusalError, publish

SCRIPT = PROJECT_ROOT / "scripts" / "publish.py"
# Offset 12 of a DuckDB file: the storage version, 67 for 1.4 (a 2.0 file by default has 999).
VERSION_OFFSET = 12
READABLE_BY_DUCKDB_1_4 = 67
MART_ROWS = 20_000
DESCRIPTION = """It's the "daily" cost; ünï — 100 %."""
FILES = {
    "dbt_project.yml": """
        name: cost_insights
        profile: tiny
        flags: {send_anonymous_usage_stats: false}
        vars:
            reporting_currency: usd
            reporting_timezone: UTC
            refund_dating: refund
            cost_report_top_values: 10
            hourly_metrics_days: 7
        on-run-start: ["{{ begin_run() }}"]
        on-run-end: ["{{ record_results(results) }}"]
        seeds: {cost_insights: {+schema: definitions}}
        models:
          cost_insights:
            staging: {+schema: staging}
            intermediate: {+schema: intermediate}
            marts: {+schema: marts}
    """,
    "profiles.yml": """
        tiny:
          target: duckdb
          outputs: {duckdb: {type: duckdb, path: "ROOT/warehouse.duckdb", threads: 2}}
    """,
    "seeds/plans.csv": "plan,price\nbasic,10\n",
    "seeds/rates.csv": "currency,rate\neur,1.1\n",
    "models/staging/base_loads.sql": """
        {{ config(materialized="table") }}
        select
            parse_filename(file, true) as load_id, row_number() over (order by file) as load_number
        from glob('ROOT/raw/*/*/*.parquet') where parse_filename(file) <> '_empty.parquet'
    """,
    # The state is the number of loads: every row of every mart carries it.
    "models/intermediate/int_states.sql": """
        {{ config(materialized="table") }}
        select count(*) as state_number from {{ ref('base_loads') }}
        having (select count(*) from glob('ROOT/break_model')) = 0 or error('broken on purpose')
    """,
    "models/intermediate/int_inline.sql": """
        {{ config(materialized="ephemeral") }}
        select state_number, plan from {{ ref('int_states') }} cross join {{ ref('plans') }}
    """,
    "models/marts/costs_daily.sql": """
        {{ config(materialized="table") }}
        select state_number, range as "Day number", rate
        from {{ ref('int_states') }} cross join {{ ref('rates') }} cross join range(MART_ROWS)
        union all
        select null, 0, 0 where (select count(*) from glob('ROOT/break_test')) > 0
    """,
    "models/marts/customers.sql": """
        {{ config(materialized="view") }}
        select state_number, plan, range as customer_number
        from {{ ref('int_inline') }} cross join range(MART_ROWS)
    """,
    "models/marts/_marts.yml": """
        models:
          - name: costs_daily
            description: DESCRIPTION
            columns:
              - name: state_number
                description: DESCRIPTION
                data_tests: [not_null]
              - name: Day number
                quote: true
                description: Counted from 0.
          - name: customers
            description: One row per customer.
            columns:
              - name: customer_number
                data_tests:
                  - unique
                  - accepted_values:
                      arguments: {values: [1]}
                      config: {severity: warn}
    """,
}


def run_dbt(project: Path, *arguments: str) -> bool:
    """Run dbt in this process and let go of the database.

    Returns:
        Whether all that was selected succeeded.
    """
    from dbt.adapters.duckdb.connections import DuckDBConnectionManager
    from dbt.cli.main import dbtRunner

    here = Path.cwd()
    try:
        with mock.patch.dict(os.environ, COST_INSIGHTS_RAW=str(project / "raw")):
            result = dbtRunner().invoke(
                [
                    *arguments,
                    "--quiet",
                    *("--project-dir", str(project), "--profiles-dir", str(project)),
                    *("--target-path", str(project / "target")),
                    *("--log-path", str(project / "logs")),
                ]
            )
    finally:
        os.chdir(here)
        DuckDBConnectionManager.close_all_connections()
    assert result.exception is None, result.exception
    return result.success


class TinyProject:
    """A dbt project of two marts, with a raw zone of empty files."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.paths = Paths(
            landing=root / "landing",
            raw=root / "raw",
            warehouse=root / "warehouse.duckdb",
            published=root / "published" / "cost_insights.duckdb",
        )
        shutil.copytree(PROJECT_ROOT / "macros", root / "macros")
        for name, content in FILES.items():
            self.write(name, content)
        self.land("one")
        (root / "raw" / "polar" / "orders").mkdir()
        (root / "raw" / "polar" / "orders" / "_empty.parquet").touch()
        assert self.dbt("build")
        shutil.copy(self.paths.warehouse, root / "built.duckdb")

    def restore(self) -> None:
        """Return to the warehouse and the files as they were after the first build."""
        shutil.copy(self.root / "built.duckdb", self.paths.warehouse)
        for name in ("break_model", "break_test", "raw/polar/events/two.parquet"):
            (self.root / name).unlink(missing_ok=True)
        for path in (self.root / "models" / "marts").iterdir():
            if f"models/marts/{path.name}" not in FILES:
                path.unlink()
        for name in ("models/marts/_marts.yml", "models/marts/customers.sql"):
            self.write(name, FILES[name])
        shutil.rmtree(self.paths.published.parent, ignore_errors=True)

    def write(self, name: str, content: str) -> None:
        """Write a file of the project, unless it is there with this content already."""
        lines = content.strip("\n").splitlines()
        indent = len(lines[0]) - len(lines[0].lstrip())
        text = "\n".join(line[indent:] for line in lines) + "\n"
        text = text.replace("ROOT", str(self.root)).replace("MART_ROWS", str(MART_ROWS))
        text = text.replace("DESCRIPTION", json.dumps(DESCRIPTION, ensure_ascii=False))
        place = self.root / name
        place.parent.mkdir(parents=True, exist_ok=True)
        if not place.exists() or place.read_text() != text:
            place.write_text(text)

    def land(self, load_id: str) -> None:
        """Put a file into the raw zone."""
        folder = self.root / "raw" / "polar" / "events"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{load_id}.parquet").touch()

    def dbt(self, *arguments: str) -> bool:
        """Run dbt; returns whether it succeeded."""
        return run_dbt(self.root, *arguments)

    def publish(self) -> Publication:
        """Publish in this process."""
        return publish(self.paths)

    def refusal(self) -> str:
        """Publish, which must be refused, and return all that is said."""
        with pytest.raises(RefusalError) as caught:
            self.publish()
        refusal = caught.value
        assert not self.paths.published.exists()
        return "\n".join([refusal.reason, *refusal.culprits, refusal.remedy])

    def start_script(self, *arguments: str) -> subprocess.Popen:
        """Start the script itself in another process."""
        environment = {
            "COST_INSIGHTS_RAW": str(self.paths.raw),
            "COST_INSIGHTS_WAREHOUSE": str(self.paths.warehouse),
            "COST_INSIGHTS_PUBLISHED": str(self.paths.published),
        }
        return subprocess.Popen(
            [sys.executable, str(SCRIPT), *arguments],
            env=os.environ | environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def change_warehouse(self, sql: str) -> None:
        """Run SQL on the warehouse, as something other than dbt."""
        with duckdb.connect(str(self.paths.warehouse)) as connection:
            connection.execute(sql)

    def published_rows(self, sql: str) -> list[tuple]:
        """Query the published database."""
        with duckdb.connect(str(self.paths.published), read_only=True) as connection:
            return connection.execute(sql).fetchall()

    def published_files(self) -> list[str]:
        """Return the names in the published folder, without the lock file."""
        names = {path.name for path in self.paths.published.parent.iterdir()}
        return sorted(names - {f".{self.paths.published.name}.lock"})


@pytest.fixture(scope="module")
def built_once(tmp_path_factory: pytest.TempPathFactory) -> TinyProject:
    """The project, built once for all cases."""
    return TinyProject(tmp_path_factory.mktemp("tiny"))


@pytest.fixture
def tiny(built_once: TinyProject) -> Iterator[TinyProject]:
    """The project as it was after its first build."""
    built_once.restore()
    yield built_once


def test_publishes_the_marts_and_nothing_else(tiny: TinyProject) -> None:
    publication = tiny.publish()
    assert publication.row_counts == {"costs_daily": MART_ROWS, "customers": MART_ROWS}
    assert publication.size_bytes == tiny.paths.published.stat().st_size
    assert tiny.published_rows("select schema_name, table_name from duckdb_tables()") == [
        ("marts", "costs_daily"),
        ("marts", "customers"),
    ]
    assert tiny.published_rows("select count(*) from duckdb_views() where not internal") == [(0,)]
    assert tiny.published_rows("select schema_name from duckdb_schemas() where not internal") == [
        ("marts",)
    ]
    assert tiny.published_files() == ["cost_insights.duckdb"]


def test_rows_are_the_warehouse_s(tiny: TinyProject) -> None:
    tiny.publish()
    sql = "select * from marts.costs_daily"
    with duckdb.connect(str(tiny.paths.warehouse), read_only=True) as connection:
        assert tiny.published_rows(sql) == connection.execute(sql).fetchall()


def test_descriptions_are_comments(tiny: TinyProject) -> None:
    tiny.publish()
    assert tiny.published_rows("select table_name, comment from duckdb_tables() order by all") == [
        ("costs_daily", DESCRIPTION),
        ("customers", "One row per customer."),
    ]
    assert tiny.published_rows(
        "select column_name, comment from duckdb_columns()"
        " where table_name = 'costs_daily' order by column_index"
    ) == [("state_number", DESCRIPTION), ("Day number", "Counted from 0."), ("rate", None)]


def test_duckdb_1_4_can_read_the_file(tiny: TinyProject) -> None:
    tiny.publish()
    header = tiny.paths.published.read_bytes()[: VERSION_OFFSET + 8]
    assert header[8:12] == b"DUCK"
    assert int.from_bytes(header[VERSION_OFFSET:], "little") == READABLE_BY_DUCKDB_1_4


def test_command_line(tiny: TinyProject) -> None:
    process = tiny.start_script("--json")
    output, errors = process.communicate()
    assert (process.returncode, errors) == (0, "")
    facts = json.loads(output)
    assert facts["published"] is True
    assert facts["row_counts"] == {"costs_daily": MART_ROWS, "customers": MART_ROWS}
    tiny.land("two")
    process = tiny.start_script()
    output, errors = process.communicate()
    assert (process.returncode, output) == (1, "")
    assert errors == (
        "Not published: 1 new file has landed since the last build.\nRun `dbt build`.\n"
    )
    process = tiny.start_script("--json")
    output, errors = process.communicate()
    assert (process.returncode, errors) == (1, "")
    assert json.loads(output)["published"] is False


def test_seed_run_test_is_as_good_as_build(tiny: TinyProject) -> None:
    tiny.land("two")
    assert "1 new file" in tiny.refusal()
    assert tiny.dbt("seed")
    assert "1 new file" in tiny.refusal()
    assert tiny.dbt("run")
    refusal = tiny.refusal()
    assert "test not_null_costs_daily_state_number has not run since costs_daily" in refusal
    assert tiny.dbt("test")
    tiny.publish()
    assert tiny.published_rows("select distinct state_number from marts.customers") == [(2,)]


def test_an_ancestor_built_alone_makes_the_marts_stale(tiny: TinyProject) -> None:
    assert tiny.dbt("run", "--select", "int_states")
    refusal = tiny.refusal()
    assert "mart costs_daily is older than int_states" in refusal
    # Its model reads int_states through an ephemeral one.
    assert "mart customers is older than int_states" in refusal
    assert tiny.dbt("build", "--select", "int_states+")
    tiny.publish()


def test_a_seed_loaded_alone_makes_its_marts_stale(tiny: TinyProject) -> None:
    assert tiny.dbt("seed", "--select", "rates")
    refusal = tiny.refusal()
    assert "mart costs_daily is older than rates" in refusal
    assert "mart customers" not in refusal


def test_empty_builds_never_count(tiny: TinyProject) -> None:
    tiny.dbt("build", "--empty")
    assert "model base_loads was last built with --empty" in tiny.refusal()
    assert tiny.dbt("build")
    tiny.publish()


def test_a_failed_model_blocks_until_it_is_repaired(tiny: TinyProject) -> None:
    (tiny.root / "break_model").touch()
    assert not tiny.dbt("build")
    refusal = tiny.refusal()
    assert "model int_states failed in the last run (needed by costs_daily, customers)" in refusal
    assert "mart costs_daily was skipped in the last run" in refusal
    (tiny.root / "break_model").unlink()
    assert tiny.dbt("retry")
    tiny.publish()


def test_a_model_that_fails_fast_blocks_too(tiny: TinyProject) -> None:
    (tiny.root / "break_model").touch()
    assert not tiny.dbt("build", "--fail-fast")
    assert "model int_states failed in the last run" in tiny.refusal()


def test_a_failed_test_blocks_and_a_warning_does_not(tiny: TinyProject) -> None:
    (tiny.root / "break_test").touch()
    assert not tiny.dbt("build")
    refusal = tiny.refusal()
    assert "test not_null_costs_daily_state_number did not pass" in refusal
    assert "accepted_values" not in refusal
    (tiny.root / "break_test").unlink()
    assert tiny.dbt("build", "--select", "costs_daily")
    tiny.publish()


def test_marts_and_tests_that_were_removed_do_not_block(tiny: TinyProject) -> None:
    (tiny.root / "break_test").touch()
    assert not tiny.dbt("build")
    (tiny.root / "models" / "marts" / "costs_daily.sql").unlink()
    (tiny.root / "models" / "marts" / "_marts.yml").unlink()
    try:
        assert tiny.dbt("run", "--select", "customers")
        assert tiny.publish().row_counts == {"customers": MART_ROWS}
    finally:
        name = "models/marts/costs_daily.sql"
        tiny.write(name, FILES[name])


def test_an_added_mart_blocks_until_it_is_built(tiny: TinyProject) -> None:
    tiny.write("models/marts/calendar.sql", "select 1 as day_number")
    assert tiny.dbt("test")
    assert "mart calendar has not been built yet" in tiny.refusal()
    assert tiny.dbt("run", "--select", "calendar")
    assert "calendar" in tiny.publish().row_counts


def test_an_added_test_blocks_until_it_has_run(tiny: TinyProject) -> None:
    added = "      - name: plan\n                data_tests: [not_null]\n"
    text = FILES["models/marts/_marts.yml"].rstrip()
    tiny.write("models/marts/_marts.yml", text + "\n        " + added)
    assert tiny.dbt("seed", "--select", "rates")
    assert tiny.dbt("run", "--select", "rates+")
    assert "test not_null_customers_plan has not run yet" in tiny.refusal()
    assert tiny.dbt("test")
    tiny.publish()


def test_commands_that_build_nothing_change_nothing(tiny: TinyProject) -> None:
    assert tiny.dbt("compile")
    assert tiny.dbt("docs", "generate")
    assert tiny.dbt("ls")
    assert tiny.dbt("source", "freshness")
    tiny.publish()


def test_a_run_that_broke_off_blocks_until_all_is_rebuilt(tiny: TinyProject) -> None:
    began = """
        insert into state.runs
        select max(run_number) + 1, 'killed', '{}', timezone('UTC', now()), false from state.runs
    """
    tiny.change_warehouse(began.format("test"))
    tiny.publish()
    shutil.rmtree(tiny.paths.published.parent)
    tiny.change_warehouse(began.format("build"))
    assert "model base_loads has not been rebuilt since a dbt run broke off" in tiny.refusal()
    assert tiny.dbt("build", "--select", "costs_daily")
    refusal = tiny.refusal()
    assert "mart customers has not been rebuilt since a dbt run broke off" in refusal
    assert "mart costs_daily has not" not in refusal
    assert tiny.dbt("build")
    tiny.publish()


def test_bookkeeping_does_not_grow(tiny: TinyProject) -> None:
    def count() -> list[tuple]:
        with duckdb.connect(str(tiny.paths.warehouse), read_only=True) as connection:
            return connection.execute(
                """
                select
                    (select count(*) from state.expected_nodes),
                    (select count(*) from state.node_results),
                    (select count(*) from state.recorded_runs)
                """
            ).fetchall()

    before = count()
    assert tiny.dbt("test")
    assert tiny.dbt("run", "--select", "customers")
    assert count() == before


@pytest.mark.parametrize("sql", ["drop schema state cascade", "drop table staging.base_loads"])
def test_a_warehouse_without_bookkeeping_is_refused(tiny: TinyProject, sql: str) -> None:
    tiny.change_warehouse(sql)
    assert "not been built completely even once" in tiny.refusal()


def test_a_mart_that_somebody_dropped_is_refused(tiny: TinyProject) -> None:
    tiny.change_warehouse("drop table marts.costs_daily")
    assert "mart costs_daily cannot be read" in tiny.refusal()
    assert tiny.published_files() == []


def test_a_missing_raw_zone_is_refused(tiny: TinyProject) -> None:
    (tiny.root / "raw").rename(tiny.root / "raw_elsewhere")
    try:
        assert "no raw zone" in tiny.refusal()
    finally:
        (tiny.root / "raw_elsewhere").rename(tiny.root / "raw")


def test_access_rights_of_the_published_file_are_kept(tiny: TinyProject) -> None:
    tiny.publish()
    tiny.paths.published.chmod(0o640)
    tiny.publish()
    assert tiny.paths.published.stat().st_mode & 0o777 == 0o640


def test_no_warehouse_is_refused(tiny: TinyProject) -> None:
    tiny.paths.warehouse.unlink()
    assert "no warehouse" in tiny.refusal()


def test_a_warehouse_in_use_is_refused(tiny: TinyProject) -> None:
    holder = subprocess.Popen(
        [
            sys.executable,
            "-c",
            "import duckdb, sys; connection = duckdb.connect(sys.argv[1]); print(1, flush=True);"
            " input()",
            str(tiny.paths.warehouse),
        ],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    holder.stdout.readline()
    try:
        assert "in use by another process" in tiny.refusal()
    finally:
        holder.communicate(b"\n")
    tiny.publish()


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("published/marts.duckdb", "cannot be named marts.duckdb"),
        ("published/Marts.db", "cannot be named Marts.db"),
        ("warehouse.duckdb", "the same file"),
        ("raw", "is a folder"),
    ],
)
def test_unusable_places_are_refused(tiny: TinyProject, name: str, message: str) -> None:
    paths = Paths(
        tiny.paths.landing, tiny.paths.raw, tiny.paths.warehouse, published=tiny.root / name
    )
    with pytest.raises(RefusalError, match=message):
        publish(paths)
    tiny.publish()


def test_a_killed_publish_leaves_the_old_file_and_the_next_one_cleans_up(
    tiny: TinyProject,
) -> None:
    tiny.publish()
    before = tiny.paths.published.read_bytes()
    tiny.change_warehouse(
        """
        create or replace view marts.customers as
        select 1 as state_number, md5(cast(range as varchar)) as plan from range(300_000_000)
        """
    )
    process = tiny.start_script()
    work_folder = tiny.paths.published.parent / ".cost_insights.duckdb.publishing"
    deadline = time.monotonic() + 30
    while not list(work_folder.glob("*")) and time.monotonic() < deadline:
        time.sleep(0.01)
    process.send_signal(signal.SIGKILL)
    process.communicate()
    assert process.returncode == -signal.SIGKILL
    assert list(work_folder.glob("*"))
    assert tiny.paths.published.read_bytes() == before
    shutil.copy(tiny.root / "built.duckdb", tiny.paths.warehouse)
    tiny.publish()
    assert tiny.published_files() == ["cost_insights.duckdb"]


def test_publishes_at_the_same_time_both_succeed(tiny: TinyProject) -> None:
    processes = [tiny.start_script() for _ in range(3)]
    for process in processes:
        _, errors = process.communicate()
        assert (process.returncode, errors) == (0, "")
    assert tiny.published_files() == ["cost_insights.duckdb"]
    assert tiny.published_rows("select count(*) from marts.customers") == [(MART_ROWS,)]


READER = """
import json, sys
from pathlib import Path
import duckdb

database, stop = sys.argv[1], Path(sys.argv[2])
seen = []
print("reading", flush=True)
while not stop.exists():
    try:
        with duckdb.connect(database, read_only=True) as connection:
            seen.append(connection.execute(
                "select count(*), min(state_number), max(state_number),"
                " (select count(*) from marts.customers),"
                " (select min(state_number) from marts.customers),"
                " (select max(state_number) from marts.customers)"
                " from marts.costs_daily"
            ).fetchone())
    except Exception as problem:
        seen.append(repr(problem))
print(json.dumps(seen))
"""


def test_readers_see_only_complete_states_during_ten_publishes(tiny: TinyProject) -> None:
    tiny.publish()
    tiny.land("two")
    assert tiny.dbt("build")
    warehouses = [tiny.root / "built.duckdb", tiny.paths.warehouse]
    empty_raw_zone = tiny.root / "empty_raw_zone"
    empty_raw_zone.mkdir()
    stop = tiny.root / "stop_reading"
    stop.unlink(missing_ok=True)
    reader = subprocess.Popen(
        [sys.executable, "-c", READER, str(tiny.paths.published), str(stop)],
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        reader.stdout.readline()
        for attempt in range(10):
            # Both warehouses know every file of an empty raw zone.
            publish(
                Paths(
                    tiny.paths.landing,
                    empty_raw_zone,
                    warehouses[(attempt + 1) % 2],
                    tiny.paths.published,
                )
            )
    finally:
        stop.touch()
        output, _ = reader.communicate()
    seen = json.loads(output)
    complete = {state: [MART_ROWS, state, state, MART_ROWS, state, state] for state in (1, 2)}
    assert [entry for entry in seen if entry not in complete.values()] == []
    assert len(seen) >= 10
    assert all(state in seen for state in complete.values())
