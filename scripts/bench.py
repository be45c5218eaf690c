"""Measure the project beside a plain DuckDB script, in one session: `make bench EVENTS=5000000`.

    python scripts/bench.py [--events N] [--meters M] [--repeat K] [--verify] [--json] [--strict]

Lands and builds N events and M meters from nothing, builds again with nothing new, then with 1 %
new. Beside each: a bare COPY of the same lines, the script of `bench/` over the same files, which
must give the same rows, and a dbt project of as many empty models. Every step is a process of its
own; all files are in `.bench/`.

Exit code 0 when everything ran, also when a goal was missed (not with --strict: then 1); 1 when a
step failed or the rows differ; 2 for wrong arguments.
"""

import argparse
import dataclasses
import hashlib
import json
import multiprocessing
import os
import shutil
import sys
import time
from collections.abc import Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import duckdb
from paths import PROJECT_ROOT
from sample_data.benchmark_meters import DEFAULT_METERS, MOST_METERS

SCRIPTS = PROJECT_ROOT / "scripts"
WORK = PROJECT_ROOT / ".bench"
DEFAULT_EVENTS = 1_000_000
NEW_SHARE = 100
"""The increment is one event in so many."""

THREADS = 2
MEMORY_LIMIT = os.environ.get("COST_INSIGHTS_MEMORY_LIMIT", "3GB")
BYTES_PER_RSS_UNIT = 1 if sys.platform == "darwin" else 1024
LAND_GOAL, FULL_GOAL, NOTHING_NEW_GOAL, NEW_SHARE_OF_FULL, MEMORY_GOAL = 1.5, 2.0, 2.0, 0.1, 3.0
COMPARED_TABLES = (
    "cost_events",
    "costs_daily",
    "cost_by_dimension_daily",
    "cost_report_monthly",
    "cost_traces",
    "cost_trace_statistics",
    "cost_trace_statistics_daily",
    "cost_outliers",
    "meter_events",
    "meter_usage_hourly",
    "meter_usage_daily",
    "meter_usage_monthly",
    "meter_quantities_daily",
    "meter_quantities_monthly",
)
USAGE_FOLDERS = ("models/intermediate/usage/", "models/marts/usage/")
SCRIPT_COLUMNS = {
    "name": "event_name",
    "feature": "feature",
    "region": "region",
    "units": "units",
    "render.amount": "render_amount",
    "render.size": "size",
    "_llm.model": "model",
    "_llm.vendor": "vendor",
    "_llm.input_tokens": "input_tokens",
    "_llm.output_tokens": "output_tokens",
    "_llm.total_tokens": "total_tokens",
}
"""Where the plain script keeps what a meter's property means."""

SQL_OPERATORS = {"eq": "=", "ne": "<>", "gt": ">", "gte": ">=", "lt": "<", "lte": "<="}

# The settings are those of `profiles.yml`: neither side gets more than the other.
RUN_SQL = """
import sys
import duckdb
database, landing, output, as_of, memory_limit, threads, sql = sys.argv[1:]
with duckdb.connect(database) as connection:
    connection.execute("set TimeZone = 'UTC'")
    connection.execute("set preserve_insertion_order = false")
    connection.execute("set memory_limit = '" + memory_limit + "'")
    connection.execute("set threads = " + threads)
    connection.execute("set variable landing = $1", [landing])
    connection.execute("set variable output = $1", [output])
    connection.execute("set variable as_of = try_cast($1 as timestamp)", [as_of])
    connection.execute(sql)
"""
BARE_COPY = """
    copy (
        select line
        from read_csv(
            getvariable('landing') || '/*/*/*',
            columns = {line: 'varchar'},
            auto_detect = false,
            header = false,
            delim = '\\x01',
            quote = '',
            escape = ''
        )
    )
    to (getvariable('output')) (format parquet, compression zstd)
"""


class StepFailed(Exception):
    """A step ended with an error, or two builds differ; the message says which."""


@dataclass(frozen=True)
class Cost:
    """What one or more steps took.

    Attributes:
        wall: seconds that passed.
        cpu: seconds of user and system time, over all threads.
        memory: largest resident set of any one process, in GB (10^9 bytes).
    """

    wall: float
    cpu: float
    memory: float

    def __add__(self, other: "Cost") -> "Cost":
        return Cost(self.wall + other.wall, self.cpu + other.cpu, max(self.memory, other.memory))


@dataclass(frozen=True)
class Goal:
    """One goal of the issue, as a ratio for time (wall and CPU), in GB for memory.

    The wall ratio decides; the CPU ratio tells whether a busy machine is to blame.
    """

    name: str
    wall: float
    cpu: float | None
    limit: float

    @property
    def is_met(self) -> bool:
        """Whether the measured value is within the limit."""
        return self.wall <= self.limit


def best(costs: Iterable[Cost]) -> Cost:
    """Return the least time and the most memory of repeated measurements."""
    listed = list(costs)
    return Cost(
        min(cost.wall for cost in listed),
        min(cost.cpu for cost in listed),
        max(cost.memory for cost in listed),
    )


def measure(
    name: str, command: Sequence[str], environment: dict[str, str], log: Path, folder: Path
) -> Cost:
    """Run one command to its end, in a process of its own, and tell what it took.

    Args:
        name: the step, in plain words.
        command: program and arguments.
        environment: the process's whole environment.
        log: receives all it prints.
        folder: where it runs.

    Raises:
        StepFailed: it ended with another code than 0.
    """
    log.parent.mkdir(parents=True, exist_ok=True)
    started_at = time.monotonic()
    # The shell changes the folder (a spawned process cannot) and is then replaced by the command.
    shell = ["/bin/sh", "-c", 'cd "$1" && shift && exec "$@"', "bench", str(folder), *command]
    flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC
    process = os.posix_spawn(
        shell[0],
        shell,
        environment,
        file_actions=[
            (os.POSIX_SPAWN_OPEN, 1, str(log), flags, 0o644),
            (os.POSIX_SPAWN_DUP2, 1, 2),
        ],
    )
    _, status, usage = os.wait4(process, 0)
    if os.waitstatus_to_exitcode(status) != 0:
        last_lines = "\n".join(log.read_text(errors="replace").splitlines()[-15:])
        raise StepFailed(f"{name} failed; {log} ends with:\n{last_lines}")
    return Cost(
        time.monotonic() - started_at,
        usage.ru_utime + usage.ru_stime,
        usage.ru_maxrss * BYTES_PER_RSS_UNIT / 1e9,
    )


def sql_command(
    database: Path | None, landing: Path, output: Path, sql: str, as_of: str = ""
) -> list[str]:
    """Return the command that runs SQL in a DuckDB of its own, with the project's settings.

    Args:
        database: the file to write; None for memory.
        landing: value of the SQL variable `landing`.
        output: value of the SQL variable `output`.
        sql: one or more statements.
        as_of: value of the SQL variable `as_of`, for statements that need a clock.
    """
    place = str(database or ":memory:")
    arguments = [place, str(landing), str(output), as_of, MEMORY_LIMIT, str(THREADS), sql]
    return [sys.executable, "-c", RUN_SQL, *arguments]


def plain_script(landing: Path) -> str:
    """Return the SQL that the project is measured against.

    Args:
        landing: the files that it will read; its meters get a query each.
    """
    meters = [
        json.loads(line)
        for path in sorted((landing / "polar" / "meters").glob("*.ndjson"))
        for line in path.read_text().splitlines()
    ]
    listed = ", ".join(f"('{meter['id']}', '{meter['aggregation']['func']}')" for meter in meters)
    folder = SCRIPTS / "bench"
    return "\n".join(
        [
            (folder / "plain_script.sql").read_text(),
            f"create table meters as from (values {listed}) as listed (meter_id, aggregation);",
            "create table meter_events as",
            "\nunion all\n".join(_meter_query(meter) for meter in meters) + ";",
            (folder / "plain_meter_usage.sql").read_text(),
        ]
    )


def _meter_query(meter: dict) -> str:
    """Return what an analyst would write to find the events of one meter."""
    function = meter["aggregation"]["func"]
    condition = _condition(meter["filter"])
    quantity, value = "1", "null"
    if function != "count":
        column = _column(meter["aggregation"]["property"])
        condition += f" and {column} is not null"
        quantity = column
    if function == "unique":
        quantity, value = "null", column
    return f"""
        select
            event_id,
            '{meter["id"]}' as meter_id,
            customer_id,
            event_source,
            null as dimensions,
            cast({quantity} as decimal(38, 12)) as quantity,
            {value} as unique_value,
            occurred_at,
            ingested_at
        from events
        where {condition}
    """


def _condition(part: dict) -> str:
    """Return a clause or a group of a filter as a condition of SQL."""
    if "clauses" in part:
        joined = f" {part['conjunction']} ".join(_condition(clause) for clause in part["clauses"])
        return f"({joined})"
    column, value = _column(part["property"]), part["value"]
    literal = f"'{value}'" if isinstance(value, str) else str(value)
    if part["operator"] == "like":
        return f"contains({column}, {literal})"
    return f"{column} {SQL_OPERATORS[part['operator']]} {literal}"


def _column(event_property: str) -> str:
    return SCRIPT_COLUMNS[event_property.removeprefix("metadata.")]


def differing_rows(left: Path, left_schema: str, right: Path, right_schema: str, table: str) -> int:
    """Count rows that one of two databases has in a table more often than the other."""
    with duckdb.connect(config={"memory_limit": MEMORY_LIMIT, "threads": THREADS}) as connection:
        connection.execute("set enable_progress_bar = false")
        for name, path in (("left_side", left), ("right_side", right)):
            place = str(path).replace("'", "''")
            connection.execute(f"attach '{place}' as {name} (read_only)")
        named = f"left_side.{left_schema}.{table}"
        described = connection.execute(f"describe {named}").fetchall()
        columns = ", ".join(f'"{row[0]}"' for row in described)
        one = f"select {columns} from {named}"
        other = f"select {columns} from right_side.{right_schema}.{table}"
        counted = connection.execute(
            f"select (select count(*) from ({one} except all {other}))"
            f" + (select count(*) from ({other} except all {one}))"
        )
        return counted.fetchall()[0][0]


def differing_rows_apart(*arguments: Path | str) -> int:
    """Call `differing_rows` in a process of its own.

    Linux counts what a process had in use as the peak memory of each process that it starts later.
    """
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(max_workers=1, mp_context=context) as pool:
        return pool.submit(differing_rows, *arguments).result()


def table_names(database: Path, schema: str) -> list[str]:
    """Return the tables of a schema, sorted."""
    with duckdb.connect(str(database), read_only=True) as connection:
        rows = connection.execute(
            "select table_name from information_schema.tables where table_schema = $1 order by 1",
            [schema],
        ).fetchall()
    return [row[0] for row in rows]


def usage_seconds(target: Path) -> dict[str, float]:
    """Return what each usage model took in the last dbt command, the slowest first.

    Models run side by side, so the sum of their seconds is not time that passed.

    Args:
        target: dbt's output, with the manifest and the results of that command.
    """
    nodes = json.loads((target / "manifest.json").read_text())["nodes"]
    seconds = {
        nodes[result["unique_id"]]["name"]: result["execution_time"]
        for result in json.loads((target / "run_results.json").read_text())["results"]
        if nodes[result["unique_id"]]["original_file_path"].startswith(USAGE_FOLDERS)
    }
    return dict(sorted(seconds.items(), key=lambda item: -item[1]))


def write_empty_project(folder: Path, manifest: Path) -> int:
    """Write a dbt project with as many models as a manifest has, stored alike, all without data.

    Returns:
        The number of models.
    """
    nodes = json.loads(manifest.read_text())["nodes"].values()
    models = [node for node in nodes if node["resource_type"] == "model"]
    (folder / "models").mkdir(parents=True)
    (folder / "dbt_project.yml").write_text(
        "name: empty\nprofile: empty\nflags: {send_anonymous_usage_stats: false}\n"
    )
    settings = f"{{TimeZone: UTC, memory_limit: {MEMORY_LIMIT}, preserve_insertion_order: false}}"
    (folder / "profiles.yml").write_text(
        "empty: {target: duckdb, outputs: {duckdb: {type: duckdb, path: empty.duckdb,"
        f" threads: {THREADS}, settings: {settings}}}}}}}\n"
    )
    for number, model in enumerate(models):
        config = {"materialized": model["config"]["materialized"]}
        if config["materialized"] == "incremental":
            config["incremental_strategy"] = model["config"]["incremental_strategy"]
            if config["incremental_strategy"] != "append":
                config["unique_key"] = "id"
        arguments = ", ".join(f"{name}={value!r}" for name, value in config.items())
        (folder / "models" / f"empty_{number:03d}.sql").write_text(
            f"{{{{ config({arguments}) }}}}\n\nselect 1 as id\n"
        )
    return len(models)


class Bench:
    """One session: its folder, its steps in the order in which they ran, and what they took.

    Args:
        events: how many events the full run has.
        meters: how many meters it has.
        is_quiet: no progress on stderr.
    """

    def __init__(self, events: int, meters: int, is_quiet: bool) -> None:
        self.events = events
        self.meters = meters
        self.new_events = max(1, events // NEW_SHARE)
        self.costs: dict[str, list[Cost]] = {}
        self.model_count = 0
        self.usage_seconds: dict[str, float] = {}
        self._is_quiet = is_quiet
        self._raw = WORK / "raw"
        self._warehouse = WORK / "cost_insights.duckdb"
        self._script_database = WORK / "plain_script.duckdb"
        self._empty_project = WORK / "empty_project"
        self._landing = WORK / "landing" / f"{events}"
        # One clock for the session: builds before and after midnight must not differ.
        self._as_of = datetime.now(UTC).strftime("%Y-%m-%d %H:%M:%S")

    def prepare(self) -> None:
        """Make the landing files, unless they are there, and an empty place for all else."""
        WORK.mkdir(exist_ok=True)
        for path in WORK.iterdir():
            if path != self._landing.parent:
                _remove(path)
        for path in self._landing.parent.glob("*"):
            if path.stem != self._landing.name:
                _remove(path)
        self._make_landing(self._landing, 0, self.events)

    def full_run(self) -> None:
        """Measure landing and building from nothing beside a bare copy and the plain script."""
        for path in (self._raw, self._warehouse, self._script_database, WORK / "target"):
            _remove(path)
        self._land("land", self._landing)
        copied = WORK / "copied.parquet"
        self._measure("bare COPY", sql_command(None, self._landing, copied, BARE_COPY))
        _remove(copied)
        self._dbt("dbt seed", "seed")
        self._dbt("dbt run", "run")
        seconds = usage_seconds(WORK / "target")
        if not self.usage_seconds or sum(seconds.values()) < sum(self.usage_seconds.values()):
            self.usage_seconds = seconds
        places = (self._script_database, self._landing, WORK)
        script = plain_script(self._landing)
        self._measure("plain script", sql_command(*places, script, self._as_of))

    def compare_with_script(self) -> None:
        """Prove that project and script give the same rows.

        Raises:
            StepFailed: they do not.
        """
        self._say("comparing with the plain script")
        for table in COMPARED_TABLES:
            sides = (self._warehouse, "marts", self._script_database, "main")
            _check_equal(differing_rows_apart(*sides, table), f"{table} and the plain script's")

    def start_empty_project(self) -> None:
        """Write the project of empty models and build it once: incremental models then exist."""
        self.model_count = write_empty_project(
            self._empty_project, WORK / "target" / "manifest.json"
        )
        self._run_empty_project("empty models, first run")

    def run_with_nothing_new(self) -> None:
        """Measure a run without new data beside one of the empty project."""
        self._dbt("dbt run, nothing new", "run")
        self._run_empty_project("empty models")

    def run_with_new_events(self, batch: int) -> None:
        """Measure landing and building 1 % new events, the first or a further batch."""
        first = self.events + batch * self.new_events
        landing = WORK / "landing" / f"{self.events}.new" / f"{batch}"
        self._make_landing(landing, first, self.new_events)
        self._land("land 1 % new", landing)
        self._dbt("dbt run, 1 % new", "run")

    def verify(self) -> int:
        """Rebuild everything in a second warehouse and compare all marts row for row.

        Returns:
            The number of marts.

        Raises:
            StepFailed: a mart differs.
        """
        second = WORK / "verify.duckdb"
        _remove(second)
        self._dbt("dbt seed, to verify", "seed", second)
        self._dbt("dbt run, to verify", "run", second)
        marts = table_names(second, "marts")
        for mart in marts:
            self._say(f"comparing {mart} with a full refresh")
            sides = (self._warehouse, "marts", second, "marts")
            _check_equal(differing_rows_apart(*sides, mart), f"{mart} and its full refresh")
        return len(marts)

    def landing_bytes(self) -> int:
        """Return the size of the landing files of the full run."""
        return sum(path.stat().st_size for path in self._landing.rglob("*") if path.is_file())

    def cost(self, *names: str) -> Cost:
        """Return the best cost of some steps, added up."""
        total = Cost(0, 0, 0)
        for name in names:
            total += best(self.costs[name])
        return total

    def goals(self) -> list[Goal]:
        """Return every goal with what was measured."""
        # `dbt seed` is measured but stands apart: it is dbt's first parse of the project, the same
        # few seconds for any number of events.
        land, full = self.cost("land"), self.cost("land", "dbt run")
        nothing_new = self.cost("dbt run, nothing new")
        new = self.cost("land 1 % new", "dbt run, 1 % new")
        budget = Cost(
            full.wall * NEW_SHARE_OF_FULL + nothing_new.wall,
            full.cpu * NEW_SHARE_OF_FULL + nothing_new.cpu,
            0,
        )
        memory = (full + nothing_new + new).memory
        return [
            _ratio("land / bare COPY", land, self.cost("bare COPY"), LAND_GOAL),
            _ratio("land + run / plain script", full, self.cost("plain script"), FULL_GOAL),
            _ratio(
                f"nothing new / {self.model_count} empty models",
                nothing_new,
                self.cost("empty models"),
                NOTHING_NEW_GOAL,
            ),
            _ratio("1 % new / (10 % of full + nothing new)", new, budget, 1.0),
            Goal("peak memory of a project step, GB", memory, None, MEMORY_GOAL),
        ]

    def _make_landing(self, folder: Path, first: int, count: int) -> None:
        """Write sample events, unless the same generator has written them before."""
        marker = folder.with_suffix(".made")
        wanted = f"{first} {count} {self.events} {self.meters} {_generator_fingerprint()}"
        if marker.exists() and marker.read_text() == wanted:
            self._say(f"using the {count:,} events made before")
            return
        self._say(f"making {count:,} events")
        _remove(folder)
        _remove(marker)
        numbers = {
            "events": count,
            "first-event": first,
            "events-per-year": self.events,
            "meters": self.meters,
        }
        arguments = [f"--{name}={value}" for name, value in numbers.items()]
        script = str(SCRIPTS / "make_sample_data.py")
        command = [sys.executable, script, f"--landing={folder}", *arguments]
        log = WORK / "logs" / "make_sample_data.log"
        measure("making the sample", command, dict(os.environ), log, PROJECT_ROOT)
        marker.write_text(wanted)

    def _land(self, name: str, landing: Path) -> None:
        script = str(SCRIPTS / "load_raw.py")
        self._measure(name, [sys.executable, script, "--landing", str(landing)])

    def _dbt(self, name: str, command: str, warehouse: Path | None = None) -> None:
        arguments = ["--no-use-colors", "--no-version-check", command]
        arguments += ["--project-dir", str(PROJECT_ROOT), "--profiles-dir", str(PROJECT_ROOT)]
        arguments += ["--target-path", str(WORK / "target"), "--log-path", str(WORK / "logs")]
        arguments += ["--vars", json.dumps({"as_of": self._as_of})]
        self._measure(name, [*_dbt_command(), *arguments], warehouse=warehouse)

    def _run_empty_project(self, name: str) -> None:
        command = [*_dbt_command(), "--no-use-colors", "--no-version-check", "run"]
        self._measure(name, command, folder=self._empty_project)

    def _measure(
        self,
        name: str,
        command: Sequence[str],
        *,
        folder: Path = PROJECT_ROOT,
        warehouse: Path | None = None,
    ) -> None:
        environment = {
            **os.environ,
            "COST_INSIGHTS_RAW": str(self._raw),
            "COST_INSIGHTS_WAREHOUSE": str(warehouse or self._warehouse),
            "COST_INSIGHTS_MEMORY_LIMIT": MEMORY_LIMIT,
            "DO_NOT_TRACK": "1",
        }
        if folder == self._empty_project:
            environment["DBT_PROFILES_DIR"] = str(folder)
        log = WORK / "logs" / f"{name.replace(' ', '_').replace(',', '')}.log"
        self._say(name)
        cost = measure(name, command, environment, log, folder)
        self._say(f"{name}: {cost.wall:.1f} s, CPU {cost.cpu:.1f} s, {cost.memory:.2f} GB")
        self.costs.setdefault(name, []).append(cost)

    def _say(self, text: str) -> None:
        if not self._is_quiet:
            print(f"{datetime.now():%H:%M:%S}  {text}", file=sys.stderr, flush=True)


def report(bench: Bench, verified_marts: int | None) -> str:
    """Return the session as an aligned table for people."""
    size = f"{bench.landing_bytes() / 1e6:,.0f} MB of landing files"
    meters = f"{bench.meters} meter{'s' if bench.meters > 1 else ''}"
    steps = [
        (name, f"{cost.wall:.1f}", f"{cost.cpu:.1f}", f"{cost.memory:.2f}")
        for name, cost in ((name, best(costs)) for name, costs in bench.costs.items())
    ]
    goals = [
        (
            goal.name,
            f"{goal.wall:.2f}",
            "" if goal.cpu is None else f"{goal.cpu:.2f}",
            f"{goal.limit:.2f}",
            "pass" if goal.is_met else "MISS",
        )
        for goal in bench.goals()
    ]
    models = [
        *((name, f"{seconds:.2f}") for name, seconds in bench.usage_seconds.items()),
        ("all together", f"{sum(bench.usage_seconds.values()):.2f}"),
    ]
    parts = [
        f"{bench.events:,} events and {meters} ({size}), {THREADS} threads,"
        f" memory limit {MEMORY_LIMIT}",
        aligned([("step", "wall s", "CPU s", "memory GB"), *steps]),
        aligned([("usage model of the dbt run", "wall s"), *models]),
        aligned([("goal", "wall", "CPU", "at most", ""), *goals]),
        f"{len(COMPARED_TABLES)} marts equal the plain script's, row for row.",
    ]
    if verified_marts:
        parts.append(f"All {verified_marts} marts equal a full refresh, row for row.")
    return "\n\n".join(parts)


def aligned(rows: Sequence[Sequence[str]]) -> str:
    """Return rows as columns of even width: the first to the left, the others to the right."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = []
    for row in rows:
        cells = [row[0].ljust(widths[0])]
        cells += [text.rjust(width) for text, width in zip(row[1:], widths[1:], strict=True)]
        lines.append("  ".join(cells).rstrip())
    return "\n".join(lines)


def main() -> int:
    """Run the command; returns the exit code."""
    arguments = _parse_arguments()
    bench = Bench(arguments.events, arguments.meters, is_quiet=arguments.json)
    verified_marts = None
    try:
        bench.prepare()
        for _ in range(arguments.repeat):
            bench.full_run()
        bench.compare_with_script()
        bench.start_empty_project()
        for _ in range(arguments.repeat):
            bench.run_with_nothing_new()
        for batch in range(arguments.repeat):
            bench.run_with_new_events(batch)
        if arguments.verify:
            verified_marts = bench.verify()
    except StepFailed as failure:
        print(failure, file=sys.stderr)
        return 1
    goals = bench.goals()
    if arguments.json:
        print(_json_of(bench, goals, verified_marts))
    else:
        print(f"\n{report(bench, verified_marts)}")
    return 1 if arguments.strict and not all(goal.is_met for goal in goals) else 0


def _parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--events", type=int, default=DEFAULT_EVENTS, help="size of the full run")
    parser.add_argument(
        "--meters", type=int, default=DEFAULT_METERS, metavar="M", help="how many meters there are"
    )
    parser.add_argument("--repeat", type=int, default=1, metavar="K", help="take the best of K")
    parser.add_argument(
        "--verify", action="store_true", help="compare all marts with a full refresh at the end"
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object and no progress")
    parser.add_argument("--strict", action="store_true", help="exit code 1 when a goal is missed")
    arguments = parser.parse_args()
    if arguments.events < NEW_SHARE:
        parser.error(f"--events must be at least {NEW_SHARE}: 1 % of them is new later")
    if not 1 <= arguments.meters <= MOST_METERS:
        parser.error(f"--meters must be from 1 to {MOST_METERS}")
    if not 1 <= arguments.repeat <= NEW_SHARE:
        parser.error(f"--repeat must be from 1 to {NEW_SHARE}")
    return arguments


def _json_of(bench: Bench, goals: Sequence[Goal], verified_marts: int | None) -> str:
    return json.dumps(
        {
            "events": bench.events,
            "meters": bench.meters,
            "landing_bytes": bench.landing_bytes(),
            "threads": THREADS,
            "memory_limit": MEMORY_LIMIT,
            "steps": {
                name: [dataclasses.asdict(cost) for cost in costs]
                for name, costs in bench.costs.items()
            },
            "usage_seconds": bench.usage_seconds,
            "goals": [{**dataclasses.asdict(goal), "is_met": goal.is_met} for goal in goals],
            "verified_marts": verified_marts,
        }
    )


def _ratio(name: str, measured: Cost, beside: Cost, limit: float) -> Goal:
    return Goal(name, measured.wall / beside.wall, measured.cpu / beside.cpu, limit)


def _check_equal(difference: int, what: str) -> None:
    if difference:
        raise StepFailed(f"{what} differ in {difference:,} rows.")


def _dbt_command() -> list[str]:
    return [str(Path(sys.executable).parent / "dbt")]


def _generator_fingerprint() -> str:
    digest = hashlib.sha256()
    for path in [SCRIPTS / "make_sample_data.py", *sorted((SCRIPTS / "sample_data").glob("*.py"))]:
        digest.update(path.read_bytes())
    return digest.hexdigest()


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)
        Path(f"{path}.wal").unlink(missing_ok=True)


if __name__ == "__main__":
    sys.exit(main())
