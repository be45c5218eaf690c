"""Publish the marts: write them, and nothing else, to a new database file and put it in place.

    python scripts/publish.py [--json]

It refuses, and leaves the published file as it is, unless every mart was built and every test of it
passed since the newest load. Which dbt commands did that does not matter: the macro
`record_results` keeps what became of every node. Readers of the published file see the old marts
or the new ones, never a mix, and are never locked out.
"""

import argparse
import fcntl
import json
import os
import shutil
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path

import duckdb
from paths import Paths, get_paths

MARTS_SCHEMA = "marts"
# The newest format that DuckDB 1.4 reads; most BI drivers are no newer.
STORAGE_VERSION = "v1.4.0"
LOADS_TABLE = "staging.base_loads"
MOST_CULPRITS_SHOWN = 8
MOST_MARTS_SHOWN = 3


class RefusalError(Exception):
    """Nothing was published, for a reason that the user can do something about.

    Attributes:
        reason: one sentence.
        culprits: what exactly is in the way, root causes first.
        remedy: what to do, one sentence.
    """

    def __init__(self, reason: str, remedy: str, culprits: list[str] | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.remedy = remedy
        self.culprits = culprits or []


@dataclass(frozen=True)
class Node:
    """A model, seed, snapshot or data test of the dbt project.

    Attributes:
        depends_on: unique ids, of sources too.
        column_descriptions: column name -> description, for columns that have one.
    """

    unique_id: str
    resource_type: str
    schema_name: str
    table_name: str
    materialized: str
    description: str
    depends_on: list[str]
    column_descriptions: dict[str, str]

    @property
    def name(self) -> str:
        """The node's name without type, project and hash; a versioned model keeps its version."""
        parts = self.unique_id.split(".")
        return parts[2] if self.resource_type == "test" else ".".join(parts[2:])

    @property
    def is_ephemeral(self) -> bool:
        """Whether the model exists only inside the models that select from it."""
        return self.materialized == "ephemeral"

    @property
    def is_mart(self) -> bool:
        """Whether the model belongs into the published database."""
        return (
            self.resource_type == "model"
            and self.schema_name == MARTS_SCHEMA
            and not self.is_ephemeral
        )


@dataclass(frozen=True)
class Result:
    """What became of a node when dbt last tried.

    Attributes:
        status: dbt's word.
        is_partial: built from none or some of the rows (`--empty`, `--sample`).
        started_at: UTC; None if dbt never came to run it.
        completed_at: UTC; None likewise.
    """

    status: str
    is_partial: bool
    started_at: datetime | None
    completed_at: datetime | None


@dataclass(frozen=True)
class State:
    """What the warehouse says of itself.

    Attributes:
        nodes: everything in the project, by unique id.
        results: the last result per unique id.
        interrupted_at: start (UTC) of the newest run that was killed and may have changed tables.
        load_ids: the files of the raw zone that the warehouse knows.
    """

    nodes: dict[str, Node]
    results: dict[str, Result]
    interrupted_at: datetime | None
    load_ids: set[str]


@dataclass(frozen=True)
class Publication:
    """What was published.

    Attributes:
        database: the published file.
        row_counts: rows per mart.
        size_bytes: of the file.
        seconds: how long it took, checks included.
    """

    database: Path
    row_counts: dict[str, int]
    size_bytes: int
    seconds: float


def publish(paths: Paths) -> Publication:
    """Replace the published database by the marts of the warehouse, if they are whole.

    Args:
        paths: where raw zone, warehouse and published database are.

    Raises:
        RefusalError: the marts are not ready, or the files cannot be used as asked.
        OSError: the published folder cannot be written.
        duckdb.Error: a mart cannot be read or written.
    """
    began = time.monotonic()
    target = paths.published
    _refuse_unusable_paths(paths)
    target.parent.mkdir(parents=True, exist_ok=True)
    with _only_publisher(target), _work_folder(target) as work_folder:
        new_file = work_folder / "new.duckdb"
        with _open_warehouse(paths.warehouse, work_folder) as connection:
            state = _read_state(connection)
            _refuse_unbuilt(state, paths.raw)
            marts = [node for node in state.nodes.values() if node.is_mart]
            row_counts = _write_marts(connection, marts, new_file)
        if target.exists():
            shutil.copymode(target, new_file)
        _flush(new_file)
        size_bytes = new_file.stat().st_size
        new_file.replace(target)
        _flush(target.parent)
    return Publication(target, row_counts, size_bytes, time.monotonic() - began)


def _refuse_unusable_paths(paths: Paths) -> None:
    if paths.published == paths.warehouse:
        raise RefusalError(
            f"Published database and warehouse are the same file, {paths.warehouse}.",
            "Set COST_INSIGHTS_PUBLISHED to another file.",
        )
    if paths.published.stem.lower() == MARTS_SCHEMA:
        raise RefusalError(
            f"The published database cannot be named {paths.published.name}: its schema is"
            f" `{MARTS_SCHEMA}`, and DuckDB cannot tell file and schema of one name apart.",
            "Set COST_INSIGHTS_PUBLISHED to another file name.",
        )
    if paths.published.is_dir():
        raise RefusalError(
            f"{paths.published} is a folder.", "Set COST_INSIGHTS_PUBLISHED to a file name."
        )
    if not paths.warehouse.is_file():
        raise RefusalError(f"There is no warehouse at {paths.warehouse}.", "Run `dbt build` first.")


@contextmanager
def _only_publisher(target: Path) -> Iterator[None]:
    """Wait until no other process publishes to `target`; the system frees a killed one's lock."""
    with (target.parent / f".{target.name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


@contextmanager
def _work_folder(target: Path) -> Iterator[Path]:
    """Give an empty hidden folder beside `target`, rid of what a killed publish left in it."""
    folder = target.parent / f".{target.name}.publishing"
    if folder.exists():
        shutil.rmtree(folder)
    folder.mkdir()
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _open_warehouse(warehouse: Path, work_folder: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """Connect to the warehouse, read-only: as long as this is open, dbt cannot change it."""
    settings = {
        "memory_limit": os.environ.get("COST_INSIGHTS_MEMORY_LIMIT", "2GB"),
        "temp_directory": str(work_folder / "spilled"),
    }
    with duckdb.connect(config=settings) as connection:
        connection.execute("set TimeZone = 'UTC'")
        try:
            # No name of our own: views contain the name that DuckDB gives the file.
            connection.execute(f"attach {_literal(warehouse)} (read_only)")
        except duckdb.IOException as problem:
            if "lock" in str(problem).lower():
                raise RefusalError(
                    "The warehouse is in use by another process, perhaps a dbt run.",
                    "Publish again when it has finished.",
                ) from problem
            raise
        (name,) = connection.execute(
            "select database_name from duckdb_databases() where path = ?", [str(warehouse)]
        ).fetchone()
        connection.execute(f"use {_identifier(name)}")
        yield connection


def _read_state(connection: duckdb.DuckDBPyConnection) -> State:
    node_columns = ", ".join(Node.__dataclass_fields__)
    result_columns = ", ".join(Result.__dataclass_fields__)
    try:
        nodes = connection.execute(
            f"select {node_columns} from state.expected_nodes order by unique_id"
        ).fetchall()
        results = connection.execute(
            f"select unique_id, {result_columns} from state.node_results"
        ).fetchall()
        interrupted_at = connection.execute(
            """
            select greatest(max(recorded_runs.interrupted_at), max(runs.started_at))
            from state.recorded_runs
            left join state.runs
                on recorded_runs.run_number < runs.run_number and runs.command <> 'test'
            """
        ).fetchone()[0]
        loads = connection.execute(f"select load_id from {LOADS_TABLE}").fetchall()
    except duckdb.CatalogException as problem:
        raise RefusalError(
            "The warehouse has not been built completely even once.", "Run `dbt build`."
        ) from problem
    return State(
        nodes={row[0]: Node(*row) for row in nodes},
        results={row[0]: Result(*row[1:]) for row in results},
        interrupted_at=interrupted_at,
        load_ids={load_id for (load_id,) in loads},
    )


def _refuse_unbuilt(state: State, raw: Path) -> None:
    """Raise RefusalError unless every mart reflects the newest load and has passed its tests."""
    if state.load_ids and not raw.is_dir():
        raise RefusalError(
            f"There is no raw zone at {raw}, so newer loads cannot be ruled out.",
            "Set COST_INSIGHTS_RAW as for the build.",
        )
    new_files = [
        path
        for path in raw.glob("*/*/*.parquet")
        if path.name != "_empty.parquet" and path.stem not in state.load_ids
    ]
    if new_files:
        count = len(new_files)
        raise RefusalError(
            f"{count:,} new {'file has' if count == 1 else 'files have'} landed since the last"
            " build.",
            "Run `dbt build`.",
        )
    check = _Check(state)
    if not check.marts:
        raise RefusalError("The dbt project has no marts.", "Run `dbt build` in the project.")
    culprits = check.unbuilt_nodes() + check.unproved_tests()
    if culprits:
        raise RefusalError(
            "The marts are not ready.",
            "Repair what failed, if anything did, and run `dbt build`.",
            culprits,
        )


@dataclass
class _Check:
    """Looks for what keeps the marts of a state from being published."""

    state: State
    marts: list[str] = field(init=False)
    parents: dict[str, set[str]] = field(init=False)
    marts_behind: dict[str, list[str]] = field(init=False)

    def __post_init__(self) -> None:
        nodes = self.state.nodes
        self.parents = {unique_id: self._built_parents(unique_id) for unique_id in nodes}
        self.marts = [unique_id for unique_id, node in nodes.items() if node.is_mart]
        self.marts_behind = {}
        for mart in self.marts:
            for ancestor in self._with_ancestors(mart):
                self.marts_behind.setdefault(ancestor, []).append(mart)

    def unbuilt_nodes(self) -> list[str]:
        """Name the marts, and what they are built from, that are not whole; root causes first."""
        ranked = []
        for unique_id, marts in self.marts_behind.items():
            rank, complaint = self._complaint_about_node(unique_id)
            if complaint:
                node = self.state.nodes[unique_id]
                kind = "mart" if node.is_mart else node.resource_type
                reach = self._reach([mart for mart in marts if mart != unique_id])
                ranked.append((rank, f"{kind} {node.name} {complaint}{reach}"))
        return [line for _, line in sorted(ranked)]

    def unproved_tests(self) -> list[str]:
        """Name the tests of marts that did not pass on the tables as they are now."""
        lines = []
        for unique_id, node in self.state.nodes.items():
            if node.resource_type == "test" and self.parents[unique_id] & set(self.marts):
                complaint = self._complaint_about_test(unique_id)
                if complaint:
                    lines.append(f"test {node.name} {complaint}")
        return lines

    def _complaint_about_node(self, unique_id: str) -> tuple[int, str | None]:
        """Return what is wrong with a node, and a rank: the lower, the nearer to the cause."""
        result = self.state.results.get(unique_id)
        if result is None:
            return 1, "has not been built yet"
        if result.status == "skipped":
            return 4, "was skipped in the last run"
        if result.status != "success" or result.started_at is None:
            return 0, "failed in the last run"
        if result.is_partial:
            return 1, "was last built with --empty or --sample"
        interrupted_at = self.state.interrupted_at
        if interrupted_at and result.started_at < interrupted_at:
            return 2, "has not been rebuilt since a dbt run broke off"
        newer = self._newer_parent(unique_id, result.started_at)
        return 3, newer and f"is older than {newer}, which was rebuilt after it"

    def _complaint_about_test(self, unique_id: str) -> str | None:
        result = self.state.results.get(unique_id)
        if result is None:
            return "has not run yet"
        if result.status == "skipped":
            return "was skipped in the last run"
        if result.status not in ("pass", "warn") or result.started_at is None:
            return "did not pass"
        if result.is_partial:
            return "last ran with --empty or --sample"
        newer = self._newer_parent(unique_id, result.started_at)
        return newer and f"has not run since {newer} was rebuilt"

    def _newer_parent(self, unique_id: str, started_at: datetime) -> str | None:
        """Name a parent that was built, or half built, after `started_at`."""
        for parent in sorted(self.parents[unique_id]):
            result = self.state.results.get(parent)
            if result and result.completed_at and result.completed_at > started_at:
                return self.state.nodes[parent].name
        return None

    def _built_parents(self, unique_id: str) -> set[str]:
        """Return the parents that leave something in the warehouse, looking through ephemeral ones.

        Sources are not among them: the raw zone is compared by its files.
        """
        parents = set()
        for parent in self.state.nodes[unique_id].depends_on:
            node = self.state.nodes.get(parent)
            if node is not None and node.is_ephemeral:
                parents |= self._built_parents(parent)
            elif node is not None:
                parents.add(parent)
        return parents

    def _with_ancestors(self, unique_id: str) -> set[str]:
        found, waiting = {unique_id}, [unique_id]
        while waiting:
            unseen = self.parents[waiting.pop()] - found
            found |= unseen
            waiting.extend(unseen)
        return found

    def _reach(self, marts: list[str]) -> str:
        if not marts:
            return ""
        names = sorted(self.state.nodes[mart].name for mart in marts)
        more = len(names) - MOST_MARTS_SHOWN
        shown = ", ".join(names[:MOST_MARTS_SHOWN]) + (f" and {more} more" if more > 0 else "")
        return f" (needed by {shown})"


def _write_marts(
    connection: duckdb.DuckDBPyConnection, marts: list[Node], new_file: Path
) -> dict[str, int]:
    """Copy the marts, with their descriptions as comments, into a new database file.

    Returns:
        Rows per mart.
    """
    # No schema or database of the warehouse has this name.
    database = "database_to_publish"
    connection.execute(
        f"attach {_literal(new_file)} as {database} (storage_version '{STORAGE_VERSION}')"
    )
    # One transaction: a thousand comments would be written to disk one by one.
    connection.execute("begin transaction")
    connection.execute(f"create schema {database}.{MARTS_SCHEMA}")
    row_counts = {}
    for mart in sorted(marts, key=lambda node: node.table_name):
        source = f"{MARTS_SCHEMA}.{_identifier(mart.table_name)}"
        copy = f"{database}.{source}"
        try:
            (count,) = connection.execute(
                f"create table {copy} as select * from {source}"
            ).fetchone()
        except duckdb.CatalogException as problem:
            raise RefusalError(
                f"The mart {mart.table_name} cannot be read from the warehouse: {problem}",
                "Run `dbt build`.",
            ) from problem
        row_counts[mart.table_name] = count
        _write_comments(connection, mart, copy)
    connection.execute("commit")
    connection.execute(f"checkpoint {database}")
    connection.execute(f"detach {database}")
    return row_counts


def _write_comments(connection: duckdb.DuckDBPyConnection, mart: Node, table: str) -> None:
    if mart.description:
        connection.execute(f"comment on table {table} is {_literal(mart.description.strip())}")
    descriptions = {
        name.lower(): description.strip() for name, description in mart.column_descriptions.items()
    }
    for column, *_ in connection.execute(f"describe {table}").fetchall():
        description = descriptions.get(column.lower())
        if description:
            connection.execute(
                f"comment on column {table}.{_identifier(column)} is {_literal(description)}"
            )


def _flush(path: Path) -> None:
    """Wait until a file, or the names in a folder, are on disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _literal(value: object) -> str:
    return "'" + str(value).replace("'", "''") + "'"


def _identifier(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def main(arguments: list[str] | None = None) -> int:
    """Publish as `arguments` (default: the command line) ask, and say what was published.

    Returns:
        The exit code: 0, or 1 when nothing was published. Wrong arguments exit with 2.
    """
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object, for machines")
    options = parser.parse_args(arguments)
    try:
        publication = publish(get_paths())
    except RefusalError as refusal:
        _report_refusal(refusal, as_json=options.json)
        return 1
    except (OSError, duckdb.Error) as problem:
        failure = RefusalError(f"{problem}", "Repair that and publish again.")
        _report_refusal(failure, as_json=options.json)
        return 1
    _report(publication, as_json=options.json)
    return 0


def _report(publication: Publication, *, as_json: bool) -> None:
    if as_json:
        facts = asdict(publication) | {"published": True, "database": str(publication.database)}
        print(json.dumps(facts))
        return
    counts = publication.row_counts
    name_width = max(len(name) for name in counts)
    count_width = max(len(f"{count:,}") for count in counts.values())
    for name, count in counts.items():
        print(f"  {name:<{name_width}}  {count:>{count_width},} rows")
    print(
        f"Published {len(counts)} marts, {publication.size_bytes / 1e6:,.1f} MB, in"
        f" {publication.seconds:.1f} s: {publication.database}"
    )


def _report_refusal(refusal: RefusalError, *, as_json: bool) -> None:
    if as_json:
        facts = {
            "published": False,
            "reason": refusal.reason,
            "culprits": refusal.culprits,
            "remedy": refusal.remedy,
        }
        print(json.dumps(facts))
        return
    print(f"Not published: {refusal.reason}", file=sys.stderr)
    for culprit in refusal.culprits[:MOST_CULPRITS_SHOWN]:
        print(f"  {culprit}", file=sys.stderr)
    if len(refusal.culprits) > MOST_CULPRITS_SHOWN:
        more = len(refusal.culprits) - MOST_CULPRITS_SHOWN
        print(f"  and {more:,} more", file=sys.stderr)
    print(refusal.remedy, file=sys.stderr)


if __name__ == "__main__":
    sys.exit(main())
