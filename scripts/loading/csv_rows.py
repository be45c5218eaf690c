"""CSV: each row becomes the text of a JSON object with the header's names as keys.

An empty cell, quoted or not, is an absent key, and so is a cell missing at a row's end. More
cells than the header has names means that the columns cannot be trusted: the file fails.
"""

import csv
import io
import json
import re
from collections.abc import Callable, Iterator
from typing import NoReturn

from loading.content import ByteReader
from loading.field_types import JSON_FIELDS, is_boolean_field, is_number_field
from loading.problems import FileProblem, first_line
from loading.records import MAX_RECORD_BYTES, RecordBatch, batch_records

_JSON_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?")

# A cell over the limit of a record makes it `line_too_long`; far over it, a quote was left open.
_MAX_CELL_CHARACTERS = 4 * MAX_RECORD_BYTES

CellWriter = Callable[[str], str]
"""Turns the text of a cell that is not empty into JSON text."""


def read_csv_rows(content: ByteReader) -> Iterator[RecordBatch]:
    """Turn comma-separated rows (RFC 4180) into JSON records.

    Args:
        content: the file's bytes.

    Yields:
        The records, each with the physical line on which its row starts; the header is line 1.

    Raises:
        FileProblem: the header or the quoting is wrong, or a row has too many cells.
    """
    return batch_records(_numbered_records(content))


def _numbered_records(content: ByteReader) -> Iterator[tuple[int, bytes]]:
    csv.field_size_limit(_MAX_CELL_CHARACTERS)
    rows = _numbered_rows(_text_lines(content))
    _, header = next(rows, (1, []))
    writers = _columns(header)
    for line_number, cells in rows:
        if len(cells) > len(writers):
            raise FileProblem(
                f"line {line_number} has {len(cells)} cells, the header has {len(writers)}"
            )
        members = [
            key + write(cell) for (key, write), cell in zip(writers, cells, strict=False) if cell
        ]
        record = "{" + ",".join(members) + "}"
        yield line_number, record.encode(errors="surrogateescape")


def _text_lines(content: ByteReader) -> io.TextIOWrapper:
    """Text that gives back its invalid bytes unharmed when it is encoded again."""
    raw = io.BufferedReader(_RawAdapter(content))
    return io.TextIOWrapper(raw, encoding="utf-8-sig", errors="surrogateescape", newline="\n")


class _RawAdapter(io.RawIOBase):
    """Gives the bytes of a reader in the form that Python's text layer asks for."""

    def __init__(self, content: ByteReader) -> None:
        self._content = content

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:
        piece = self._content.read(len(buffer))
        buffer[: len(piece)] = piece
        return len(piece)


def _numbered_rows(lines: io.TextIOWrapper) -> Iterator[tuple[int, list[str]]]:
    """Yield each row that is not blank with the line on which it starts."""
    reader = csv.reader(lines, strict=True)
    while True:
        line_number = reader.line_num + 1
        try:
            cells = next(reader, None)
        except csv.Error as error:
            raise FileProblem(f"line {line_number} is not CSV ({first_line(error)})") from error
        if cells is None:
            return
        if len(cells) > 1 or "".join(cells).strip():
            yield line_number, cells


def _columns(header: list[str]) -> list[tuple[str, CellWriter]]:
    """Key text, up to its colon, and cell writer of each column."""
    repeated = {name for name in header if header.count(name) > 1}
    if repeated:
        raise FileProblem(f"the header names {', '.join(sorted(repeated))} more than once")
    return [(_text(name) + ":", _writer_of(name)) for name in header]


def _writer_of(name: str) -> CellWriter:
    if name in JSON_FIELDS:
        return _json_or_text
    if is_number_field(name):
        return _number_or_text
    if is_boolean_field(name):
        return _boolean_or_text
    return _text


def _text(cell: str) -> str:
    return json.dumps(cell, ensure_ascii=False)


def _number_or_text(cell: str) -> str:
    return cell if _JSON_NUMBER.fullmatch(cell) else _text(cell)


def _boolean_or_text(cell: str) -> str:
    return cell.lower() if cell.lower() in ("true", "false") else _text(cell)


def _json_or_text(cell: str) -> str:
    return cell if _is_container_or_null(cell) else _text(cell)


def _is_container_or_null(cell: str) -> bool:
    stripped = cell.strip(" \t\r\n")
    if stripped == "null":
        return True
    if not stripped.startswith(("{", "[")):
        return False
    try:
        json.loads(stripped, parse_constant=_refuse_constant)
    except (ValueError, RecursionError):
        return False
    return True


def _refuse_constant(constant: str) -> NoReturn:
    """Python reads NaN and Infinity, JSON has neither."""
    raise ValueError(constant)
