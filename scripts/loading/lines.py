"""NDJSON: one record per line, kept byte for byte."""

from collections.abc import Iterator

from loading.content import READ_BYTES, ByteReader
from loading.records import MAX_RECORD_BYTES, RecordBatch, judge_encoding

BYTE_ORDER_MARK = b"\xef\xbb\xbf"

# Enough of a line to know that it is too long, whether or not a carriage return ends it.
_KEPT_OF_UNFINISHED_LINE = MAX_RECORD_BYTES + 2


def read_lines(content: ByteReader, read_bytes: int = READ_BYTES) -> Iterator[RecordBatch]:
    """Cut text into its lines: at each line feed, and nowhere else.

    A carriage return before the line feed and a byte order mark at the start are no part of a
    line. Lines of white space only are left out, yet counted. At no time is more in memory than
    one piece that was read and the longest line that can be kept.

    Args:
        content: the file's bytes.
        read_bytes: how many of them are read at once.

    Yields:
        The lines with their physical line numbers from 1, and the problems of single lines.
    """
    first_line_number = 1
    for text in _whole_lines(content, read_bytes):
        lines = text.split(b"\n")
        yield from _batch_of(text, lines, first_line_number)
        first_line_number += len(lines)


def _whole_lines(content: ByteReader, read_bytes: int) -> Iterator[bytes]:
    """Yield pieces of text that end where a line ends, without that last line feed."""
    unfinished_line = b""
    for piece in _pieces(content, read_bytes):
        end = piece.rfind(b"\n")
        if end >= 0:
            yield unfinished_line + piece[:end]
            unfinished_line = piece[end + 1 :]
        elif len(unfinished_line) < _KEPT_OF_UNFINISHED_LINE:
            unfinished_line = (unfinished_line + piece)[:_KEPT_OF_UNFINISHED_LINE]
    if unfinished_line:
        yield unfinished_line


def _pieces(content: ByteReader, read_bytes: int) -> Iterator[bytes]:
    start = content.read(len(BYTE_ORDER_MARK)).removeprefix(BYTE_ORDER_MARK)
    piece = start + content.read(read_bytes)
    while piece:
        yield piece
        piece = content.read(read_bytes)


def _batch_of(text: bytes, lines: list[bytes], first_line_number: int) -> Iterator[RecordBatch]:
    line_numbers: range | list[int] = range(first_line_number, first_line_number + len(lines))
    if b"\r" in text:
        lines = [line.removesuffix(b"\r") for line in lines]
    if not all(map(bytes.strip, lines)):
        kept = [position for position, line in enumerate(lines) if not _is_blank(line)]
        line_numbers = [line_numbers[position] for position in kept]
        lines = [lines[position] for position in kept]
    if lines:
        yield judge_encoding(lines, line_numbers, text)


def _is_blank(line: bytes) -> bool:
    """Whether a line is only white space; of a line that is too long nobody knows the end."""
    return not line.strip() and len(line) <= MAX_RECORD_BYTES
