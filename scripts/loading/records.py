"""Records on their way to the raw zone, in batches, and what is marked about them."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

MAX_RECORD_BYTES = 16 * 1024 * 1024
"""A longer record is accounted for, but its text is not kept."""

BATCH_BYTES = 4 * 1024 * 1024
BATCH_RECORDS = 65_536

LINE_TOO_LONG = "line_too_long"
INVALID_ENCODING = "invalid_encoding"


@dataclass(frozen=True)
class RecordBatch:
    """Some records of one file, as they go into the raw zone.

    Attributes:
        records: UTF-8 text; None for a record that was too long.
        line_numbers: where each record was, from 1.
        problems: a `landing_problem` or None for each record; None when there is none at all.
    """

    records: Sequence[bytes | None]
    line_numbers: Sequence[int]
    problems: Sequence[str | None] | None = None


def judge_encoding(
    records: list[bytes], line_numbers: Sequence[int], text: bytes | None = None
) -> RecordBatch:
    """Mark the records that cannot be kept as they are; the text of all others stays untouched.

    Args:
        records: the bytes of each record; none holds part of a character of its neighbour.
        line_numbers: where each was.
        text: all the records, parted by ASCII bytes, when that is at hand anyway.

    Returns:
        The batch: bytes that are not UTF-8 became U+FFFD, records over the limit became None.
    """
    # A separator that is never part of a character keeps two broken halves from making a whole one.
    whole_text = b"\n".join(records) if text is None else text
    if max(map(len, records), default=0) <= MAX_RECORD_BYTES and _is_utf8(whole_text):
        return RecordBatch(records, line_numbers)
    judged = [_judge(record) for record in records]
    return RecordBatch(
        [record for record, _ in judged], line_numbers, [problem for _, problem in judged]
    )


def batch_records(numbered_records: Iterable[tuple[int, bytes]]) -> Iterator[RecordBatch]:
    """Gather single records into batches of a bounded size.

    Args:
        numbered_records: line number and bytes of each record.
    """
    records: list[bytes] = []
    line_numbers: list[int] = []
    gathered_bytes = 0
    for line_number, record in numbered_records:
        records.append(record)
        line_numbers.append(line_number)
        gathered_bytes += len(record)
        if gathered_bytes >= BATCH_BYTES or len(records) == BATCH_RECORDS:
            yield judge_encoding(records, line_numbers)
            records, line_numbers, gathered_bytes = [], [], 0
    if records:
        yield judge_encoding(records, line_numbers)


def _is_utf8(text: bytes) -> bool:
    if text.isascii():
        return True
    try:
        text.decode()
    except UnicodeDecodeError:
        return False
    return True


def _judge(record: bytes) -> tuple[bytes | None, str | None]:
    if len(record) > MAX_RECORD_BYTES:
        return None, LINE_TOO_LONG
    if _is_utf8(record):
        return record, None
    return record.decode(errors="replace").encode(), INVALID_ENCODING
