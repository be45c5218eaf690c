"""Batches of records for DuckDB, through the Arrow C stream interface.

DuckDB reads any object with `__arrow_c_stream__`, without a copy and on all its threads, while
Python cuts the next batch. This replaces DuckDB's CSV reader, which cannot tell a line's number,
takes a lone carriage return for a line's end and turns blank lines and bad bytes alike into NULL;
and it needs no pyarrow. The structures are those of
https://arrow.apache.org/docs/format/CDataInterface.html and .../CStreamInterface.html.
"""

import ctypes
import errno
import itertools
from array import array
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from loading.records import RecordBatch

_NULLABLE = 2
_ERROR_TEXT = b"the records could not be read"


class _ArrowSchema(ctypes.Structure):
    pass


class _ArrowArray(ctypes.Structure):
    kept: Any = None
    """What the addresses in the structure point to; known to Python only."""


class _ArrowArrayStream(ctypes.Structure):
    pass


_SchemaPointer = ctypes.POINTER(_ArrowSchema)
_ArrayPointer = ctypes.POINTER(_ArrowArray)
_StreamPointer = ctypes.POINTER(_ArrowArrayStream)
_ReleaseSchema = ctypes.CFUNCTYPE(None, _SchemaPointer)
_ReleaseArray = ctypes.CFUNCTYPE(None, _ArrayPointer)
_ReleaseStream = ctypes.CFUNCTYPE(None, _StreamPointer)
_GetSchema = ctypes.CFUNCTYPE(ctypes.c_int, _StreamPointer, _SchemaPointer)
_GetNext = ctypes.CFUNCTYPE(ctypes.c_int, _StreamPointer, _ArrayPointer)
_GetLastError = ctypes.CFUNCTYPE(ctypes.c_void_p, _StreamPointer)

_ArrowSchema._fields_ = [
    ("format", ctypes.c_char_p),
    ("name", ctypes.c_char_p),
    ("metadata", ctypes.c_char_p),
    ("flags", ctypes.c_int64),
    ("n_children", ctypes.c_int64),
    ("children", ctypes.POINTER(_SchemaPointer)),
    ("dictionary", _SchemaPointer),
    ("release", ctypes.c_void_p),
    ("private_data", ctypes.c_void_p),
]
_ArrowArray._fields_ = [
    ("length", ctypes.c_int64),
    ("null_count", ctypes.c_int64),
    ("offset", ctypes.c_int64),
    ("n_buffers", ctypes.c_int64),
    ("n_children", ctypes.c_int64),
    ("buffers", ctypes.POINTER(ctypes.c_void_p)),
    ("children", ctypes.POINTER(_ArrayPointer)),
    ("dictionary", _ArrayPointer),
    ("release", ctypes.c_void_p),
    ("private_data", ctypes.c_void_p),
]
_ArrowArrayStream._fields_ = [
    ("get_schema", _GetSchema),
    ("get_next", _GetNext),
    ("get_last_error", _GetLastError),
    ("release", ctypes.c_void_p),
    ("private_data", ctypes.c_void_p),
]

_new_capsule = ctypes.pythonapi.PyCapsule_New
_new_capsule.restype = ctypes.py_object
_new_capsule.argtypes = [ctypes.c_void_p, ctypes.c_char_p, ctypes.c_void_p]

# The tables that DuckDB still reads, by the number that each carries: Python keeps them until then.
_in_use: dict[int, _ArrowArray] = {}
_numbers = itertools.count(1)


@_ReleaseSchema
def _release_schema(schema: Any) -> None:
    schema.contents.release = None


@_ReleaseArray
def _release_array(pointer: Any) -> None:
    _in_use.pop(pointer.contents.private_data, None)
    pointer.contents.release = None


@_ReleaseStream
def _release_stream(stream: Any) -> None:
    stream.contents.release = None


class RecordStream:
    """A table of `record VARCHAR, line_number BIGINT, landing_problem VARCHAR` that is read once.

    Attributes:
        error: what ended the batches early, else None. DuckDB then reports an error of its own
            that says less; whoever runs the query raises this one.
    """

    def __init__(self, batches: Iterable[RecordBatch]) -> None:
        self.error: BaseException | None = None
        self._row_count = 0
        self._has_ended = False
        self._batches: Iterator[RecordBatch] = iter(batches)
        self._schemas: list[_ArrowSchema] = []
        self._get_schema = _GetSchema(self._fill_schema)
        self._get_next = _GetNext(self._fill_next)
        self._get_last_error = _GetLastError(lambda _stream: _buffer_address(_ERROR_TEXT))
        self._stream = _ArrowArrayStream(
            self._get_schema, self._get_next, self._get_last_error, _address(_release_stream), None
        )

    def stop(self, error: BaseException) -> None:
        """End the batches with an error as soon as DuckDB asks for the next one."""
        self.error = self.error or error

    def gave_all(self, row_count: int) -> bool:
        """Whether the batches came to their end and held so many rows.

        To DuckDB an exception that got lost in a callback would look like the stream's end.
        """
        return self._has_ended and self._row_count == row_count

    def __arrow_c_schema__(self) -> object:
        """The table's schema as an Arrow capsule."""
        return _new_capsule(ctypes.addressof(self._new_schema()), b"arrow_schema", None)

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        """The table's batches as an Arrow capsule; the schema asked for is ignored, as allowed."""
        return _new_capsule(ctypes.addressof(self._stream), b"arrow_array_stream", None)

    def _fill_schema(self, _stream: Any, schema: Any) -> int:
        ctypes.memmove(schema, ctypes.byref(self._new_schema()), ctypes.sizeof(_ArrowSchema))
        return 0

    def _new_schema(self) -> _ArrowSchema:
        """A schema of its own for each reader, as readers release it; all live with the stream."""
        self._schemas.append(_table_schema())
        return self._schemas[-1]

    def _fill_next(self, _stream: Any, out: Any) -> int:
        if self.error:
            return errno.EIO
        try:
            batch = next(self._batches, None)
            table = _released_table() if batch is None else _table_of(batch)
            self._has_ended = batch is None
            self._row_count += table.length
        except BaseException as error:  # an exception cannot cross into C: it is raised later
            self.error = error
            return errno.EIO
        ctypes.memmove(out, ctypes.byref(table), ctypes.sizeof(_ArrowArray))
        return 0


def _table_schema() -> _ArrowSchema:
    columns = [
        _ArrowSchema(
            format=type_code, name=name, flags=_NULLABLE, release=_address(_release_schema)
        )
        for name, type_code in (
            (b"record", b"u"),
            (b"line_number", b"l"),
            (b"landing_problem", b"u"),
        )
    ]
    return _ArrowSchema(
        format=b"+s",
        name=b"",
        n_children=len(columns),
        children=(_SchemaPointer * len(columns))(*map(ctypes.pointer, columns)),
        release=_address(_release_schema),
    )


def _released_table() -> _ArrowArray:
    """A released array: the sign for the stream's end."""
    return _ArrowArray()


def _table_of(batch: RecordBatch) -> _ArrowArray:
    length = len(batch.records)
    columns = [
        _text_column(batch.records),
        _column(length, 0, [None, array("q", batch.line_numbers)]),
        _empty_column(length)
        if batch.problems is None
        else _text_column([problem and problem.encode() for problem in batch.problems]),
    ]
    table = _column(length, 0, [None])
    table.n_children = len(columns)
    table.children = (_ArrayPointer * len(columns))(*map(ctypes.pointer, columns))
    table.kept = columns
    table.private_data = next(_numbers)
    _in_use[table.private_data] = table
    return table


def _text_column(values: Sequence[bytes | None]) -> _ArrowArray:
    null_count = values.count(None)
    texts = [value or b"" for value in values] if null_count else values
    offsets = array("i", itertools.accumulate(map(len, texts), initial=0))
    validity = _bitmap(values) if null_count else None
    return _column(len(values), null_count, [validity, offsets, b"".join(texts)])


def _empty_column(length: int) -> _ArrowArray:
    """A text column of NULLs."""
    return _column(length, length, [bytes((length + 7) // 8), bytes(4 * (length + 1)), b""])


def _bitmap(values: Sequence[bytes | None]) -> bytes:
    """One bit per value, least significant first, set where there is one."""
    bits = "".join("0" if value is None else "1" for value in reversed(values))
    return int(bits, 2).to_bytes((len(values) + 7) // 8, "little")


def _column(length: int, null_count: int, buffers: list[bytes | array | None]) -> _ArrowArray:
    addresses = (ctypes.c_void_p * len(buffers))(*map(_buffer_address, buffers))
    column = _ArrowArray(
        length=length,
        null_count=null_count,
        n_buffers=len(buffers),
        buffers=addresses,
        release=_address(_release_array),
    )
    column.kept = buffers
    return column


def _buffer_address(buffer: bytes | array | None) -> int | None:
    if isinstance(buffer, array):
        return buffer.buffer_info()[0]
    return ctypes.cast(ctypes.c_char_p(buffer), ctypes.c_void_p).value


def _address(function: Any) -> int | None:
    return ctypes.cast(function, ctypes.c_void_p).value
