"""The raw zone: immutable Parquet files, one per landed file, that appear whole or not at all.

One process at a time writes, for the whole of its run: a load time is a column of the file, so it
must be known before the file is written, and files must become visible in the order of their load
times. Readers need no lock.
"""

import fcntl
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb

from loading.problems import LandingProblem
from loading.sources import ENTITIES, LandingFile
from loading.sql import glob_of, literal, timestamp

_TICK = timedelta(microseconds=1)
_ROW_GROUP_BYTES = 64 * 1024 * 1024
_SETTINGS = {
    "memory_limit": "1500MB",
    # The order of rows is in `line_number`. Keeping it in the file too would hold 122 880 rows in
    # memory at a time, however long they are.
    "preserve_insertion_order": "false",
    "autoinstall_known_extensions": "false",
}
_NO_ROWS = """
    select null::varchar as record, null::bigint as line_number, null::varchar as landing_problem
    where false
"""


@dataclass(frozen=True)
class Load:
    """One landed file.

    Attributes:
        load_id: fingerprint of source, entity and content, 64 hexadecimal digits.
        source_system: e.g. `polar`.
        entity: e.g. `events`.
        source_file: path relative to the landing folder.
        row_count: its rows in the raw zone.
        loaded_at: UTC without zone; no two loads have the same.
    """

    load_id: str
    source_system: str
    entity: str
    source_file: str
    row_count: int
    loaded_at: datetime


@contextmanager
def open_raw_zone(
    root: Path, first_loaded_at: datetime | None, on_wait: Callable[[], None]
) -> Iterator["RawZone"]:
    """Take the raw zone for this process alone, and leave nothing behind.

    Args:
        root: the folder, made if it is missing.
        first_loaded_at: load time of the first file that is landed (UTC without zone), each
            further one a microsecond later; None for the clock.
        on_wait: is called once if another process has the raw zone and must be waited for.

    Raises:
        LandingProblem: the folder cannot be written.
    """
    try:
        root.mkdir(parents=True, exist_ok=True)
        lock = (root / ".lock").open("w")
    except OSError as error:
        raise _not_writable(root, error) from error
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            on_wait()
            fcntl.flock(lock, fcntl.LOCK_EX)
        with _scratch_folder(root) as scratch, _connect(scratch) as connection:
            try:
                zone = RawZone(root, scratch, connection, first_loaded_at)
            except OSError as error:
                raise _not_writable(root, error) from error
            yield zone


class RawZone:
    """The raw zone, as `open_raw_zone` gives it.

    Attributes:
        connection: DuckDB, in memory, in UTC.
        scratch: a folder for temporary files in the raw zone's file system.
    """

    def __init__(
        self,
        root: Path,
        scratch: Path,
        connection: duckdb.DuckDBPyConnection,
        first_loaded_at: datetime | None,
    ) -> None:
        self.connection = connection
        self.scratch = scratch
        self._root = root
        self._last_loaded_at_file = root / ".last_loaded_at"
        self._last_loaded_at = self._read_last_loaded_at()
        self._pinned = first_loaded_at
        self._ensure_empty_files()

    def has(self, file: LandingFile, load_id: str) -> bool:
        """Whether a file's content is already here, under whatever name it came."""
        return self._path_of(file, load_id).exists()

    def land(
        self, file: LandingFile, load_id: str, rows: str, confirm: Callable[[int], None]
    ) -> Load:
        """Write rows to a temporary file and, if all went well, make them visible at once.

        Args:
            file: where the rows are from.
            load_id: the fingerprint of their content.
            rows: SQL that reads `record, line_number, landing_problem`.
            confirm: is called with the number of rows written; what it raises stops the landing.

        Raises:
            duckdb.Error: the rows cannot be read or written.
            OSError: the raw zone cannot be written.
        """
        loaded_at = self._next_loaded_at()
        key_values = {
            "load_id": load_id,
            "source_system": file.source_system,
            "entity": file.entity,
            "source_file": file.source_file,
            "loaded_at": loaded_at.isoformat(timespec="microseconds"),
        }
        temporary = self.scratch / f"{load_id}.parquet"
        columns = f"""
            record,
            {literal(load_id)} as load_id,
            {literal(file.source_file)} as source_file,
            line_number,
            landing_problem,
            {timestamp(loaded_at)} as loaded_at
        """
        row_count = self._write(f"select {columns} from ({rows})", key_values, temporary)
        confirm(row_count)
        self._remember(loaded_at)
        _move_durably(temporary, self._path_of(file, load_id))
        return Load(
            load_id, file.source_system, file.entity, file.source_file, row_count, loaded_at
        )

    def _path_of(self, file: LandingFile, load_id: str) -> Path:
        return self._root / file.source_system / file.entity / f"{load_id}.parquet"

    def _write(self, query: str, key_values: dict[str, str], path: Path) -> int:
        """Write a query's rows to a Parquet file; its key-values tell a load without its rows."""
        metadata = ", ".join(f"{key}: {literal(value)}" for key, value in key_values.items())
        options = "format parquet, compression zstd, use_tmp_file false"
        options += f", row_group_size_bytes {_ROW_GROUP_BYTES}"
        options += f", kv_metadata {{{metadata}}}" if metadata else ""
        copied = self.connection.execute(f"copy ({query}) to {literal(str(path))} ({options})")
        return copied.fetchall()[0][0]

    def _next_loaded_at(self) -> datetime:
        """The pinned time or the clock's, but always after every load there ever was."""
        wanted = self._pinned or datetime.now(UTC).replace(tzinfo=None)
        if self._last_loaded_at is None:
            return wanted
        return max(wanted, self._last_loaded_at + _TICK)

    def _remember(self, loaded_at: datetime) -> None:
        """Note a load time before its file is visible: a crash then wastes a time, no more."""
        temporary = self.scratch / "last_loaded_at"
        temporary.write_text(loaded_at.isoformat(timespec="microseconds"))
        _move_durably(temporary, self._last_loaded_at_file)
        self._last_loaded_at = loaded_at

    def _read_last_loaded_at(self) -> datetime | None:
        try:
            return datetime.fromisoformat(self._last_loaded_at_file.read_text())
        except (FileNotFoundError, ValueError):
            return self._newest_load_time()

    def _newest_load_time(self) -> datetime | None:
        """The last load time by the files themselves; reads the footer of each."""
        pattern = f"{glob_of(self._root)}/*/*/*.parquet"
        if not any(self._root.glob("*/*/*.parquet")):
            return None
        newest = self.connection.execute(
            "select cast(max(decode(value)) as timestamp) "
            f"from parquet_kv_metadata({literal(pattern)}) where decode(key) = 'loaded_at'"
        ).fetchall()
        return newest[0][0]

    def _ensure_empty_files(self) -> None:
        """Make every known entity readable, whether or not anything of it was ever landed."""
        missing = [
            folder / "_empty.parquet"
            for source_system, entities in ENTITIES.items()
            for folder in (self._root / source_system / entity for entity in entities)
            if not (folder / "_empty.parquet").exists()
        ]
        for path in missing:
            temporary = self.scratch / "_empty.parquet"
            no_rows = f"""
                select
                    record,
                    ''::varchar as load_id,
                    ''::varchar as source_file,
                    line_number,
                    landing_problem,
                    null::timestamp as loaded_at
                from ({_NO_ROWS})
            """
            self._write(no_rows, {}, temporary)
            _move_durably(temporary, path)


@contextmanager
def _scratch_folder(root: Path) -> Iterator[Path]:
    """An empty folder for temporary files, cleared of what a killed run left behind."""
    scratch = root / ".scratch"
    shutil.rmtree(scratch, ignore_errors=True)
    try:
        scratch.mkdir(exist_ok=True)
    except OSError as error:
        raise _not_writable(root, error) from error
    try:
        yield scratch
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


@contextmanager
def _connect(scratch: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    settings = {**_SETTINGS, "temp_directory": str(scratch / "duckdb")}
    with duckdb.connect(config=settings) as connection:
        connection.execute("set TimeZone = 'UTC'")
        yield connection


def _move_durably(temporary: Path, path: Path) -> None:
    """Give a finished file its name, so that it survives a power cut."""
    path.parent.mkdir(parents=True, exist_ok=True)
    _sync(temporary)
    temporary.replace(path)
    _sync(path.parent)


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _not_writable(root: Path, error: OSError) -> LandingProblem:
    return LandingProblem(
        f"The raw zone {root} cannot be written ({error.strerror}): "
        "check its permissions, or set COST_INSIGHTS_RAW to another folder."
    )
