"""One run: what lies in the landing folder and is new goes into the raw zone, file by file."""

import shutil
import signal
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Protocol

import duckdb

from loading.arrow_stream import RecordStream
from loading.content import (
    READ_BYTES,
    ByteReader,
    FileState,
    OnRead,
    load_id_of,
    open_content,
    state_of,
)
from loading.csv_rows import read_csv_rows
from loading.json_documents import read_json_documents
from loading.lines import read_lines
from loading.parquet_rows import parquet_rows
from loading.problems import FileProblem, first_line
from loading.raw_zone import Load, RawZone, open_raw_zone
from loading.records import RecordBatch
from loading.seen_files import SeenFiles
from loading.sources import LandingFile, list_landing_files

RECORD_READERS: dict[str, Callable[[ByteReader], Iterator[RecordBatch]]] = {
    "lines": read_lines,
    "json": read_json_documents,
    "csv": read_csv_rows,
}


class Listener(Protocol):
    """Is told what happens, as it happens."""

    def waiting(self) -> None:
        """Another run has the raw zone."""

    def warned(self, sentence: str) -> None:
        """Something in the landing folder is ignored."""

    def started(self, file: LandingFile, size: int) -> None:
        """A file of so many bytes is being read."""

    def read(self, count: int) -> None:
        """So many bytes more of it were read and are on their way."""

    def landed(self, load: Load) -> None:
        """A file is in the raw zone."""

    def skipped(self, skipped: "Skipped") -> None:
        """A file's content was in the raw zone already."""

    def failed(self, failure: "Failure") -> None:
        """A file cannot be landed."""


@dataclass(frozen=True)
class Skipped:
    """A file whose content was landed before."""

    source_file: str
    load_id: str


@dataclass(frozen=True)
class Failure:
    """A file that was not landed, and why."""

    source_file: str
    reason: str


@dataclass
class RunResult:
    """What became of each file."""

    landed: list[Load] = field(default_factory=list)
    skipped: list[Skipped] = field(default_factory=list)
    failed: list[Failure] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)


def load_new_files(
    landing: Path, raw: Path, first_loaded_at: datetime | None, listener: Listener
) -> RunResult:
    """Land every new file, in the order of the relative paths.

    Args:
        landing: the landing folder; if it is missing, the raw zone is only made ready.
        raw: the raw zone.
        first_loaded_at: pins the load times of a test (UTC without zone); None for the clock.
        listener: is told what happens.

    Raises:
        LandingProblem: the raw zone cannot be written.
    """
    result = RunResult()
    with open_raw_zone(raw, first_loaded_at, listener.waiting) as zone:
        files, result.warnings = list_landing_files(landing) if landing.exists() else ([], [])
        for warning in result.warnings:
            listener.warned(warning)
        seen_files = SeenFiles(raw / ".seen_files.json")
        with _fingerprints_ahead(seen_files, files) as fingerprints:
            for file, fingerprint in zip(files, fingerprints, strict=True):
                _load_file(zone, seen_files, file, fingerprint, listener, result)
        seen_files.save(zone.scratch)
    return result


@dataclass(frozen=True)
class _Fingerprint:
    """A file's `load_id`, and the state in which it was read for it."""

    state: FileState
    load_id: str


@contextmanager
def _fingerprints_ahead(
    seen_files: SeenFiles, files: list[LandingFile]
) -> Iterator[Iterator[Future[_Fingerprint]]]:
    """The fingerprint of each file, the next one taken while a file is being written."""
    with ThreadPoolExecutor(max_workers=1) as reader:

        def taken_ahead() -> Iterator[Future[_Fingerprint]]:
            waiting = deque[Future[_Fingerprint]]()
            for file in files:
                waiting.append(reader.submit(_take_fingerprint, seen_files, file))
                if len(waiting) == 2:
                    yield waiting.popleft()
            yield from waiting

        try:
            yield taken_ahead()
        finally:
            reader.shutdown(cancel_futures=True)


def _take_fingerprint(seen_files: SeenFiles, file: LandingFile) -> _Fingerprint:
    state = state_of(file.path)
    load_id = seen_files.load_id_of(file, state)
    if load_id is None:
        load_id = load_id_of(file, state.size)
        _check_at_rest(file, state)
    return _Fingerprint(state, load_id)


def _load_file(
    zone: RawZone,
    seen_files: SeenFiles,
    file: LandingFile,
    fingerprint: Future[_Fingerprint],
    listener: Listener,
    result: RunResult,
) -> None:
    try:
        outcome = _land_or_skip(zone, seen_files, file, fingerprint.result(), listener)
    except (FileProblem, OSError, duckdb.Error, MemoryError) as error:
        failure = Failure(file.source_file, _reason(error))
        result.failed.append(failure)
        listener.failed(failure)
        return
    if isinstance(outcome, Load):
        result.landed.append(outcome)
        listener.landed(outcome)
    else:
        result.skipped.append(outcome)
        listener.skipped(outcome)


def _land_or_skip(
    zone: RawZone,
    seen_files: SeenFiles,
    file: LandingFile,
    fingerprint: _Fingerprint,
    listener: Listener,
) -> Load | Skipped:
    state, load_id = fingerprint.state, fingerprint.load_id
    if zone.has(file, load_id):
        outcome: Load | Skipped = Skipped(file.source_file, load_id)
    else:
        listener.started(file, state.size)
        outcome = _land(zone, file, load_id, state, listener.read)
    seen_files.note(file, state, load_id)
    return outcome


def _land(
    zone: RawZone, file: LandingFile, load_id: str, state: FileState, on_read: OnRead
) -> Load:
    def confirm(row_count: int) -> None:
        if rows.stream and not rows.stream.gave_all(row_count):
            raise FileProblem("its rows did not all arrive; run it again")
        _check_at_rest(file, state)

    with _open_rows(zone, file, state.size, on_read) as rows:
        return zone.land(file, load_id, rows.sql, confirm)


@dataclass(frozen=True)
class _Rows:
    """SQL that reads `record, line_number, landing_problem`, and what it reads from, if Python."""

    sql: str
    stream: RecordStream | None = None


@contextmanager
def _open_rows(zone: RawZone, file: LandingFile, size: int, on_read: OnRead) -> Iterator[_Rows]:
    if file.format == "parquet":
        with _plain_parquet(zone, file, size, on_read) as path:
            yield _Rows(parquet_rows(zone.connection, path))
        return
    with open_content(file, size, on_read) as content:
        stream = RecordStream(RECORD_READERS[file.format](content))
        zone.connection.register("records", stream)
        try:
            with _interrupt_stops(stream):
                yield _Rows("select * from records", stream)
        except duckdb.Error:
            if stream.error is None:
                raise
            raise stream.error from None
        finally:
            zone.connection.unregister("records")


@contextmanager
def _interrupt_stops(stream: RecordStream) -> Iterator[None]:
    """Let Ctrl-C end a stream: raised inside of a callback from C, it would be lost."""
    previous = signal.signal(signal.SIGINT, lambda *_: stream.stop(KeyboardInterrupt()))
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, previous)
    if isinstance(stream.error, KeyboardInterrupt):
        raise stream.error


@contextmanager
def _plain_parquet(zone: RawZone, file: LandingFile, size: int, on_read: OnRead) -> Iterator[Path]:
    """A Parquet file as DuckDB can read it: itself, or decompressed to a temporary file."""
    if not file.compression:
        yield file.path
        return
    path = zone.scratch / "decompressed.parquet"
    with open_content(file, size, on_read) as content, path.open("wb") as plain:
        shutil.copyfileobj(content, plain, READ_BYTES)
    yield path
    path.unlink()


def _check_at_rest(file: LandingFile, state: FileState) -> None:
    """Refuse a file that changes while it is read: its fingerprint would be of other bytes."""
    if state_of(file.path) != state:
        raise FileProblem("it was still being written; the next run takes it when it is complete")


def _reason(error: BaseException) -> str:
    """Why a file was not landed, as a clause."""
    if isinstance(error, FileProblem):
        return str(error)
    if isinstance(error, MemoryError):
        return "it does not fit into memory"
    if isinstance(error, FileNotFoundError):
        return "it went away while it was read"
    if isinstance(error, OSError) and error.strerror:
        return f"it cannot be read or written ({error.strerror})"
    return f"it cannot be read or written ({first_line(error)})"
