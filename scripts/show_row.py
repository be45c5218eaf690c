#!/usr/bin/env python3
"""Print the text of one landed row, such as one that `marts.rejected_rows` names.

    python scripts/show_row.py LOAD LINE

LOAD is a `load_id` or its beginning, LINE the row's `line_number`. Exit code 0 when the text was
printed, 1 when there is none, 2 for wrong arguments.
"""

import argparse
import re
import sys
from pathlib import Path

import duckdb
from loading.records import LINE_TOO_LONG
from loading.sql import glob_of
from paths import get_paths


class RowProblem(Exception):
    """There is no text to show. The message is a sentence."""


def find_load(raw: Path, beginning: str) -> Path:
    """The Parquet file of the one load whose id begins so.

    Args:
        raw: the raw zone.
        beginning: hexadecimal digits.

    Raises:
        RowProblem: no load begins so, or more than one does.
    """
    found = [path for path in raw.glob("*/*/*.parquet") if path.stem.startswith(beginning)]
    if not found:
        raise RowProblem(f"No load in {raw} begins with {beginning}.")
    if len(found) > 1:
        raise RowProblem(f"{len(found)} loads begin with {beginning}: give more of the load_id.")
    return found[0]


def read_row(load: Path, line_number: int) -> str:
    """The text of a row as it was landed.

    Args:
        load: the load's Parquet file.
        line_number: the row's physical line, or its place in an unwrapped file, from 1.

    Raises:
        RowProblem: the load has no such row, or its text was too long to be kept.
    """
    with duckdb.connect() as connection:
        rows = connection.execute(
            "select record, source_file, landing_problem from read_parquet(?)"
            " where line_number = ?",
            [glob_of(load), line_number],
        ).fetchall()
    if not rows:
        raise RowProblem(
            f"Load {load.stem} has no row for line {line_number}: "
            "either the file is shorter, or the line is blank or within a row that starts earlier."
        )
    [(record, source_file, landing_problem)] = rows
    if landing_problem == LINE_TOO_LONG:
        raise RowProblem(
            f"Line {line_number} was too long to be kept; look at it in the file {source_file}."
        )
    return record


def main() -> int:
    """Run the command; returns the exit code."""
    parser = argparse.ArgumentParser(description="Print the text of one landed row.")
    parser.add_argument("load", type=_hexadecimal, metavar="LOAD", help="load_id or its beginning")
    parser.add_argument("line", type=int, metavar="LINE", help="line_number")
    arguments = parser.parse_args()
    try:
        record = read_row(find_load(get_paths().raw, arguments.load), arguments.line)
    except RowProblem as problem:
        print(problem, file=sys.stderr)
        return 1
    except duckdb.Error as error:
        print(f"The load cannot be read: {str(error).splitlines()[0]}", file=sys.stderr)
        return 1
    sys.stdout.buffer.write(record.encode() + b"\n")
    return 0


def _hexadecimal(text: str) -> str:
    if not re.fullmatch(r"[0-9a-fA-F]{1,64}", text):
        raise argparse.ArgumentTypeError(f"{text!r} is no load_id: those are hexadecimal digits")
    return text.lower()


if __name__ == "__main__":
    sys.exit(main())
