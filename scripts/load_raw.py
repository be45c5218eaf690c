#!/usr/bin/env python3
"""Land new files: copy every line of every new file of the landing folder into the raw zone.

    python scripts/load_raw.py [--landing DIR] [--loaded-at TIME] [--json]

Exit code 0 when all that is new is landed, also when that is nothing and when unknown folders or
file names were ignored with a warning; 1 when a file failed (the others are landed) or nothing
could be landed at all; 2 for wrong arguments; 130 when interrupted.
"""

import argparse
import dataclasses
import json
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

from loading.loader import Failure, RunResult, Skipped, load_new_files
from loading.problems import LandingProblem
from loading.raw_zone import Load
from loading.sources import LandingFile
from paths import get_paths


class Console:
    """Tells a person what happens: lines on stdout, trouble and progress on stderr.

    Args:
        is_quiet: keeps stdout free for the machine that reads `--json`.
    """

    _SECONDS_BETWEEN_UPDATES = 0.1

    def __init__(self, is_quiet: bool) -> None:
        self._is_quiet = is_quiet
        self._has_progress = sys.stderr.isatty()
        self._file = ""
        self._size = 0
        self._read = 0
        self._started_at = 0.0
        self._updated_at = 0.0

    def waiting(self) -> None:
        self._trouble("Another run is landing files; waiting for it to finish.")

    def warned(self, sentence: str) -> None:
        self._trouble(f"Warning: {sentence}")

    def started(self, file: LandingFile, size: int) -> None:
        self._file, self._size, self._read = file.source_file, size, 0
        self._started_at = self._updated_at = time.monotonic()

    def read(self, count: int) -> None:
        self._read += count
        now = time.monotonic()
        if self._has_progress and now - self._updated_at > self._SECONDS_BETWEEN_UPDATES:
            self._updated_at = now
            self._show_progress(now - self._started_at)

    def landed(self, load: Load) -> None:
        self._line(f"{load.source_file}: {load.row_count:,} rows landed as {load.load_id[:12]}")

    def skipped(self, skipped: Skipped) -> None:
        self._clear_progress()

    def failed(self, failure: Failure) -> None:
        self._trouble(f"{failure.source_file} is not landed: {failure.reason}.")

    def finished(self, result: RunResult, landing: Path) -> None:
        """Sum up the run in one line."""
        rows = sum(load.row_count for load in result.landed)
        counts = f"{_files(len(result.landed))} landed with {rows:,} rows"
        if not (result.landed or result.skipped or result.failed):
            self._line(f"There is nothing to land in {landing}.")
        elif not (result.landed or result.failed):
            self._line(f"Nothing new: {_files(len(result.skipped))} already landed.")
        else:
            self._line(
                f"{counts}, {len(result.skipped)} already landed, {len(result.failed)} failed."
            )

    def _show_progress(self, seconds: float) -> None:
        share = self._read / max(self._size, 1)
        megabytes_per_second = self._read / 1e6 / seconds
        sys.stderr.write(f"\r\x1b[K{self._file}: {share:.0%}, {megabytes_per_second:,.0f} MB/s")
        sys.stderr.flush()

    def _clear_progress(self) -> None:
        if self._has_progress:
            sys.stderr.write("\r\x1b[K")
            sys.stderr.flush()

    def _line(self, text: str) -> None:
        self._clear_progress()
        if not self._is_quiet:
            print(text, flush=True)

    def _trouble(self, text: str) -> None:
        self._clear_progress()
        print(text, file=sys.stderr, flush=True)


def main() -> int:
    """Run the command; returns the exit code."""
    arguments = _parse_arguments()
    paths = get_paths()
    landing = arguments.landing.absolute() if arguments.landing else paths.landing
    console = Console(is_quiet=arguments.json)
    try:
        _check_landing(landing, is_given=arguments.landing is not None)
        result = load_new_files(landing, paths.raw, arguments.loaded_at, console)
    except LandingProblem as problem:
        print(problem, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("Interrupted; files landed so far stay, run it again for the rest.", file=sys.stderr)
        return 130
    console.finished(result, landing)
    if arguments.json:
        print(_json_of(result))
    return 1 if result.failed else 0


def _parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description="Copy every line of every new file of the landing folder into the raw zone."
    )
    parser.add_argument(
        "--landing",
        type=Path,
        metavar="DIR",
        help="folder of the files to land (default: COST_INSIGHTS_LANDING, else landing/)",
    )
    parser.add_argument(
        "--loaded-at",
        type=_utc_time,
        metavar="TIME",
        help="load time of the first file, ISO 8601, UTC if it has no offset; for tests",
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object at the end")
    return parser.parse_args()


def _utc_time(text: str) -> datetime:
    """An ISO 8601 time as UTC without zone."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(
            f"{text!r} is no time; write it like 2026-01-31T12:00:00Z"
        ) from error
    return moment.astimezone(UTC).replace(tzinfo=None) if moment.tzinfo else moment


def _check_landing(landing: Path, is_given: bool) -> None:
    """A default folder may be missing: then nothing was exported yet. One that is named may not."""
    if landing.exists() and not landing.is_dir():
        raise LandingProblem(f"{landing} is a file: give the folder that holds <source>/<entity>/.")
    if is_given and not landing.exists():
        raise LandingProblem(f"There is no folder {landing}: check the path after --landing.")


def _json_of(result: RunResult) -> str:
    return json.dumps(dataclasses.asdict(result), default=_iso_text)


def _iso_text(moment: datetime) -> str:
    return moment.isoformat(timespec="microseconds")


def _files(count: int) -> str:
    return f"{count:,} file" if count == 1 else f"{count:,} files"


if __name__ == "__main__":
    sys.exit(main())
