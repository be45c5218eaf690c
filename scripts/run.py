#!/usr/bin/env python3
"""Everything in one command: land, build, test, publish, and a summary. `make run` calls it.

    python scripts/run.py [--landing DIR]

Without `--landing` it reads the default landing folder; on a machine where nothing was ever landed
and that folder is empty, it first makes a sample company there. The sample never mixes with a
user's own files: its raw zone is marked, and is put away when the first own files come.

Exit code 0 when the published database is up to date, 1 with a plain sentence when it is not.
"""

import argparse
import json
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from paths import PROJECT_ROOT, Paths, get_paths

SAMPLE_MARK = ".holds_the_sample"
BUILD_FOLDERS = ("models", "macros", "seeds", "tests/dbt")
BUILD_FILES = ("dbt_project.yml", "profiles.yml")
DBT_STEP = re.compile(r"(?P<done>\d+) of (?P<all>\d+) (?P<state>OK|PASS|WARN|ERROR|FAIL|SKIP)")
TERMINAL_COLOUR = re.compile(r"\x1b\[[0-9;]*m")


class RunError(Exception):
    """One plain sentence on why the run cannot go on."""


def main(arguments: list[str] | None = None) -> int:
    """Run the command.

    Args:
        arguments: command line without the program's name; `sys.argv` by default.

    Returns:
        The exit code.
    """
    parser = argparse.ArgumentParser(description="Land, build, test, publish, and sum up.")
    parser.add_argument(
        "--landing",
        type=Path,
        metavar="DIR",
        help="folder of your files, <source>/<entity>/**; without it the sample or landing/",
    )
    landing = parser.parse_args(arguments).landing
    paths = get_paths()
    try:
        prepare_landing(paths, landing)
        landed_count, failed_count = land(landing)
        if landed_count == 0 and is_up_to_date(paths):
            print(f"Nothing new. The database is {paths.published}")
        else:
            build(paths)
            call("publish.py", "The marts could not be published; the sentence above says why.")
            call("summary.py", "The summary could not be made from the published database.")
    except RunError as error:
        print(error, file=sys.stderr)
        return 1
    return 1 if failed_count else 0


def prepare_landing(paths: Paths, landing: Path | None) -> None:
    """Make the sample on a fresh machine; put it away when a user's own files come.

    Args:
        paths: where everything is.
        landing: the user's folder, or None.
    """
    mark = paths.raw / SAMPLE_MARK
    if landing is not None:
        if mark.exists():
            print("Putting the sample away: your own files start with an empty warehouse.")
            shutil.rmtree(paths.raw)
            paths.warehouse.unlink(missing_ok=True)
        return
    has_landed = any(file.name != "_empty.parquet" for file in paths.raw.glob("*/*/*.parquet"))
    has_files = paths.landing.exists() and any(file.is_file() for file in paths.landing.rglob("*"))
    if not has_landed and not has_files:
        print("No files yet: making a sample company, a year of its events, orders and customers.")
        call("make_sample_data.py", "The sample could not be made.", quiet=True)
        paths.raw.mkdir(parents=True, exist_ok=True)
        mark.touch()


def land(landing: Path | None) -> tuple[int, int]:
    """Land new files.

    Returns:
        How many files were landed, and how many failed.
    """
    command = [sys.executable, "scripts/load_raw.py", "--json"]
    if landing is not None:
        command += ["--landing", str(landing.absolute())]
    finished = subprocess.run(command, cwd=PROJECT_ROOT, stdout=subprocess.PIPE, text=True)
    if not finished.stdout:
        raise RunError("Nothing was landed; the sentence above says why.")
    result = json.loads(finished.stdout)
    row_count = sum(load["row_count"] for load in result["landed"])
    if result["landed"]:
        print(f"Landed {len(result['landed'])} new files with {row_count:,} rows.", flush=True)
    return len(result["landed"]), len(result["failed"])


def is_up_to_date(paths: Paths) -> bool:
    """Whether the published database was written after the warehouse and the project last changed.

    A published database of an earlier day is not: calendars run on to the day of the build.
    """
    if not (paths.published.exists() and paths.warehouse.exists()):
        return False
    published_at = paths.published.stat().st_mtime
    if datetime.fromtimestamp(published_at, UTC).date() < datetime.now(UTC).date():
        return False
    sources = [PROJECT_ROOT / name for name in BUILD_FILES]
    for folder in BUILD_FOLDERS:
        sources += (PROJECT_ROOT / folder).rglob("*.*")
    newest = max(file.stat().st_mtime for file in [paths.warehouse, *sources])
    return newest <= published_at


def build(paths: Paths) -> None:
    """`dbt build`, with one line of progress.

    Raises:
        RunError: a model or a test failed; what dbt says of it is printed before.
    """
    paths.warehouse.parent.mkdir(parents=True, exist_ok=True)
    command = [str(Path(sys.executable).parent / "dbt"), "build"]
    # Unit tests prove the project's own rules, not the user's data: `make test` runs them.
    command += ["--exclude-resource-type", "unit_test"]
    with subprocess.Popen(
        command, cwd=PROJECT_ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as dbt:
        trouble = list(_show_progress(dbt))
    if dbt.returncode:
        print("".join(trouble), end="")
        raise RunError("The build failed, so nothing was published; what dbt says is above.")


def _show_progress(dbt: subprocess.Popen[str]) -> Iterator[str]:
    """Count dbt's steps on the terminal; yields the lines that are no steps gone well."""
    has_terminal = sys.stdout.isatty()
    step = None
    for line in dbt.stdout or ():
        text = TERMINAL_COLOUR.sub("", line)
        found = DBT_STEP.search(text)
        if found and " hook: " not in text:
            step = found
            if has_terminal:
                print(
                    f"\rBuilding and testing: {step['done']} of {step['all']}", end="", flush=True
                )
        if not found or found["state"] not in ("OK", "PASS"):
            yield text
    if step:
        print(f"\rBuilt and tested: {step['all']} steps.", flush=True)


def call(script: str, trouble: str, *, quiet: bool = False) -> None:
    """Run another script of the project.

    Raises:
        RunError: with `trouble`, when the script fails.
    """
    finished = subprocess.run(
        [sys.executable, f"scripts/{script}"],
        cwd=PROJECT_ROOT,
        stdout=subprocess.DEVNULL if quiet else None,
    )
    if finished.returncode:
        raise RunError(trouble)


if __name__ == "__main__":
    sys.exit(main())
