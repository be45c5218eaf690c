"""`.json` files: records cut out of documents, as slices of the original text.

Nothing is parsed into values and written again: `99999.999999999999` stays what it is. The text is
read twice, without recursion. First every bracket finds its partner; then the documents are walked
from the outside, and whatever is no wrapper is a record.
"""

import re
from array import array
from bisect import bisect_left
from collections.abc import Iterator
from typing import NoReturn

from loading.content import ByteReader
from loading.lines import BYTE_ORDER_MARK
from loading.problems import FileProblem
from loading.records import RecordBatch, batch_records

_WHITE_SPACE = re.compile(rb"[ \t\n\r]*+")
# At most so many texts at once: a possessive group would need no limit, but Python before 3.11.5
# reads on behind a text that is never closed (gh-106052), and a greedy one remembers each text.
_UP_TO_BRACKET = re.compile(
    rb'[^"{}\[\]]*+(?:"[^"\\]*+(?:\\.[^"\\]*+)*+"[^"{}\[\]]*+){0,1000}', re.DOTALL
)
_STRING = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"', re.DOTALL)
_SCALAR = re.compile(
    rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null',
    re.DOTALL,
)
_PARTNERS = {b"]": b"[", b"}": b"{"}


def read_json_documents(content: ByteReader) -> Iterator[RecordBatch]:
    """Cut documents into records.

    Arrays, API pages (an object with `items` and `pagination` and no `id`) and ingestion requests
    (an object with `events` and no `id`) are unwrapped, however they are nested; anything else,
    object or not, is a record. Several documents after one another, such as NDJSON, are read one
    by one. The file is held in memory whole, and about half as much again for its brackets.

    Args:
        content: the file's bytes.

    Yields:
        The records, numbered from 1 over the whole file.

    Raises:
        FileProblem: a document does not hold together, with the line where that shows.
    """
    text = content.read().removeprefix(BYTE_ORDER_MARK)
    return batch_records(enumerate(_Documents(text).records(), start=1))


class _Documents:
    """The text of a file, and the partner of each of its brackets."""

    def __init__(self, text: bytes) -> None:
        self._text = text
        self._openings = array("q")
        self._closings = array("q")
        self._match_brackets()

    def records(self) -> Iterator[bytes]:
        """Yield the records in the order of the text."""
        position = self._skip_space(0)
        while position < len(self._text):
            end = self._end_of_value(position)
            yield from self._unwrapped(position, end)
            position = self._skip_space(end)

    def _unwrapped(self, start: int, end: int) -> Iterator[bytes]:
        """The records in one value; the stack holds iterators over the wrappers it is inside of."""
        stack = [iter([(start, end)])]
        while stack:
            span = next(stack[-1], None)
            if span is None:
                stack.pop()
                continue
            wrapped = self._wrapped_array(*span)
            if wrapped is None:
                yield self._text[slice(*span)]
            else:
                stack.append(self._elements(wrapped))

    def _wrapped_array(self, start: int, end: int) -> int | None:
        """Where the array starts whose elements stand for this value; None for a record."""
        if self._text.startswith(b"[", start):
            return start
        if not self._may_be_wrapper(start, end):
            return None
        members = dict(self._members(start))
        if b'"id"' in members:
            return None
        if b'"items"' in members and b'"pagination"' in members:
            wrapped = members[b'"items"']
        else:
            wrapped = members.get(b'"events"')
        is_array = wrapped is not None and self._text.startswith(b"[", wrapped)
        return wrapped if is_array else None

    def _may_be_wrapper(self, start: int, end: int) -> bool:
        """A quick look that spares most records the reading of their keys."""
        return self._text.startswith(b"{", start) and (
            self._text.find(b'"events"', start, end) >= 0
            or self._text.find(b'"pagination"', start, end) >= 0
        )

    def _elements(self, array_start: int) -> Iterator[tuple[int, int]]:
        """Start and end of each element of an array."""
        position = self._skip_space(array_start + 1)
        if self._text.startswith(b"]", position):
            return
        while True:
            end = self._end_of_value(position)
            yield position, end
            position = self._next_after_comma(end, b"]")
            if position is None:
                return

    def _members(self, object_start: int) -> Iterator[tuple[bytes, int]]:
        """Each key of an object, with its quotes, and where its value starts."""
        position = self._skip_space(object_start + 1)
        if self._text.startswith(b"}", position):
            return
        while True:
            key = _STRING.match(self._text, position)
            if key is None:
                self._fail(position, "a key is expected")
            colon = self._skip_space(key.end())
            if not self._text.startswith(b":", colon):
                self._fail(colon, "a colon is expected")
            value_start = self._skip_space(colon + 1)
            yield key[0], value_start
            position = self._next_after_comma(self._end_of_value(value_start), b"}")
            if position is None:
                return

    def _next_after_comma(self, position: int, closing: bytes) -> int | None:
        """Where the next element starts; None if the closing bracket comes instead of a comma."""
        position = self._skip_space(position)
        if self._text.startswith(b",", position):
            return self._skip_space(position + 1)
        if self._text.startswith(closing, position):
            return None
        self._fail(position, f"a comma or {closing.decode()} is expected")

    def _end_of_value(self, start: int) -> int:
        if self._text.startswith((b"{", b"["), start):
            return self._closings[bisect_left(self._openings, start)] + 1
        scalar = _SCALAR.match(self._text, start)
        if scalar is None:
            self._fail(start, "a value is expected")
        return scalar.end()

    def _skip_space(self, position: int) -> int:
        return _WHITE_SPACE.match(self._text, position).end()

    def _match_brackets(self) -> None:
        """Find the partner of each bracket outside of strings, in one pass over the text."""
        text = self._text
        open_brackets: list[int] = []
        position = _UP_TO_BRACKET.match(text).end()
        while position < len(text):
            bracket = text[position : position + 1]
            if bracket in b"[{":
                open_brackets.append(len(self._openings))
                self._openings.append(position)
                self._closings.append(-1)
            elif bracket == b'"':
                if not _STRING.match(text, position):
                    self._fail(position, "a text is never closed")
                # It stopped at its limit: on with this text.
                position -= 1
            elif not open_brackets:
                self._fail(position, f"{bracket.decode()} closes nothing")
            else:
                opened = open_brackets.pop()
                opening = self._openings[opened]
                if text[opening : opening + 1] != _PARTNERS[bracket]:
                    self._fail(position, f"{bracket.decode()} closes another kind of bracket")
                self._closings[opened] = position
            position = _UP_TO_BRACKET.match(text, position + 1).end()
        if open_brackets:
            self._fail(self._openings[open_brackets[-1]], "a bracket is never closed")

    def _fail(self, position: int, reason: str) -> NoReturn:
        line = self._text.count(b"\n", 0, position) + 1
        column = position - self._text.rfind(b"\n", 0, position)
        raise FileProblem(f"it is not JSON at line {line}, column {column}: {reason}")
