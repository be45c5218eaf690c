"""How files are cut into records: by lines, out of JSON documents, from CSV rows."""

import csv
import io
import json
import sys
import tracemalloc
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "scripts"))

from loading import lines, records
from loading.csv_rows import read_csv_rows
from loading.json_documents import read_json_documents
from loading.lines import read_lines
from loading.problems import FileProblem
from loading.records import INVALID_ENCODING, LINE_TOO_LONG, RecordBatch

Row = tuple[int, bytes | None, str | None]


def rows_of(batches: Iterable[RecordBatch]) -> list[Row]:
    """Line number, record and problem of each row of some batches."""
    return [
        row
        for batch in batches
        for row in zip(
            batch.line_numbers,
            batch.records,
            batch.problems or [None] * len(batch.records),
            strict=True,
        )
    ]


def rows_in(reader: Callable, text: bytes) -> list[Row]:
    return rows_of(reader(io.BytesIO(text)))


def texts_in(reader: Callable, text: bytes | str) -> list[str]:
    content = text.encode() if isinstance(text, str) else text
    return [record.decode() for _, record, _ in rows_in(reader, content)]


def expected_lines(text: bytes, limit: int) -> list[Row]:
    """What the lines of a file are, said as plainly as possible."""
    rows: list[Row] = []
    for number, line in enumerate(text.removeprefix(b"\xef\xbb\xbf").split(b"\n"), start=1):
        line = line.removesuffix(b"\r")
        if len(line) > limit:
            rows.append((number, None, LINE_TOO_LONG))
        elif line.strip():
            decoded = line.decode(errors="replace").encode()
            rows.append((number, decoded, None if decoded == line else INVALID_ENCODING))
    return rows


hostile_bytes = st.lists(
    st.sampled_from(
        [b"\n", b"\n", b"\r\n", b"\r", b" ", b"\t", b"\x0b", b"\x00", b"\x01", b"\x1f", b"\x85"]
    )
    | st.sampled_from([b'"', b"\\", b",", b"{", b"a", b"bc", *map(str.encode, "é😀\u2028")])
    | st.sampled_from([b"\xef\xbb\xbf", b"\xff", b"\xc3", b"\xa9", b"\xed\xa0\x80"]),
    max_size=60,
).map(b"".join)


class TestLines:
    @given(text=hostile_bytes, read_bytes=st.integers(1, 70), limit=st.integers(1, 20))
    def test_any_bytes_in_any_pieces_give_the_lines_that_are_there(
        self, text: bytes, read_bytes: int, limit: int
    ) -> None:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(records, "MAX_RECORD_BYTES", limit)
            patch.setattr(lines, "MAX_RECORD_BYTES", limit)
            patch.setattr(lines, "_KEPT_OF_UNFINISHED_LINE", limit + 2)
            rows = rows_of(read_lines(io.BytesIO(text), read_bytes))
        assert rows == expected_lines(text, limit)

    def test_the_limit_is_sixteen_megabytes_of_the_line_itself(self) -> None:
        limit = 16 * 1024 * 1024
        text = b"a" * limit + b"\r\n" + b"b" * (limit + 1) + b"\n" + b"c" * limit
        rows = rows_in(read_lines, text)
        assert [(number, record and len(record), problem) for number, record, problem in rows] == [
            (1, limit, None),
            (2, None, LINE_TOO_LONG),
            (3, limit, None),
        ]

    def test_an_endless_line_takes_bounded_memory(self) -> None:
        class EndlessLine:
            left = 40

            def read(self, size: int = -1) -> bytes:
                self.left -= 1
                return b"x" * size if self.left > 0 else b""

        tracemalloc.start()
        rows = rows_of(read_lines(EndlessLine()))
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert rows == [(1, None, LINE_TOO_LONG)]
        assert peak < 80 * 1024 * 1024


def json_text() -> st.SearchStrategy[str]:
    """Texts of JSON values, written in many ways."""
    numbers = st.integers() | st.floats(allow_nan=False, allow_infinity=False)
    values = st.recursive(
        st.none() | st.booleans() | numbers | st.text(),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.text() | st.sampled_from(["items", "a", "events"]), inner, max_size=3
            )
        ),
        max_leaves=8,
    )
    return st.builds(
        lambda value, indent, is_ascii: json.dumps(value, indent=indent, ensure_ascii=is_ascii),
        values,
        st.sampled_from([None, 2]),
        st.booleans(),
    )


def is_record(text: str) -> bool:
    """Whether a value is none of the wrappers."""
    value = json.loads(text)
    return not isinstance(value, list) and not (
        isinstance(value, dict) and "id" not in value and isinstance(value.get("events"), list)
    )


def wrapped(inner: st.SearchStrategy[tuple[str, list[str]]]) -> st.SearchStrategy:
    """A wrapper around some documents: its text, and the records in it."""
    space = st.sampled_from(["", " ", "\n\t"])
    wrappers = st.sampled_from(
        [
            ("[", "]"),
            ('{"items":[', '],"pagination":{"total_count":1}}'),
            ('{ "pagination" : {"max_page":1}, "items" :', None),
            ('{"events":[', "]}"),
        ]
    )

    def build(
        wrapper: tuple[str, str | None], parts: list[tuple[str, list[str]]], gap: str
    ) -> tuple[str, list[str]]:
        opening, closing = wrapper
        opening, closing = (opening + "[", "]}") if closing is None else (opening, closing)
        elements = (gap + "," + gap).join(text for text, _ in parts)
        return f"{gap}{opening}{gap}{elements}{gap}{closing}", [r for _, rs in parts for r in rs]

    return st.builds(build, wrappers, st.lists(inner, max_size=3), space)


documents = st.recursive(
    json_text().filter(is_record).map(lambda text: (text, [text])), wrapped, max_leaves=6
)


class TestJsonDocuments:
    @given(parts=st.lists(documents, max_size=3))
    def test_records_are_the_original_text_in_order(self, parts: list) -> None:
        text = "\n".join(text for text, _ in parts)
        assert texts_in(read_json_documents, text) == [r for _, records in parts for r in records]

    def test_numbers_keep_every_digit(self) -> None:
        record = '{"amount": 99999.999999999999, "tiny":1e-7, "large":123456789012345678901234}'
        assert texts_in(read_json_documents, f"[{record},\n {record}]") == [record, record]

    @pytest.mark.parametrize(
        "record",
        [
            '{"id": 1, "items": [], "pagination": {}}',
            '{"id": null, "events": [1]}',
            '{"items": [1]}',
            '{"pagination": {}, "items": {}}',
            '{"events": {"a": 1}}',
            '{"data": {"events": [1]}, "text": "\\"events\\""}',
            '{"a": "]}[{\\\\", "b": "\\""}',
            '"text"',
            "null",
            "-1.50e+3",
        ],
    )
    def test_what_is_no_wrapper_is_a_record(self, record: str) -> None:
        assert texts_in(read_json_documents, record) == [record]

    def test_records_are_numbered_over_all_documents(self) -> None:
        rows = rows_in(read_json_documents, b'\xef\xbb\xbf{"a":1}\n[2,3]\n')
        assert rows == [(1, b'{"a":1}', None), (2, b"2", None), (3, b"3", None)]

    def test_bad_bytes_mark_only_their_record(self) -> None:
        rows = rows_in(read_json_documents, b'["\xc3", "\xa9", "\xc3\xa9"]')
        assert [problem for _, _, problem in rows] == [INVALID_ENCODING, INVALID_ENCODING, None]
        assert rows[0][1] == '"\ufffd"'.encode()

    def test_texts_between_brackets_have_no_limit(self) -> None:
        texts = [f'"[{number}"' for number in range(2500)]
        assert texts_in(read_json_documents, "[" + ", ".join(texts) + "]") == texts

    def test_depth_has_no_limit(self) -> None:
        depth = 100_000
        nested_object = '{"a":' * depth + "1" + "}" * depth
        text = "[" * depth + nested_object + "]" * depth
        assert texts_in(read_json_documents, text) == [nested_object]

    @pytest.mark.parametrize(
        ("text", "message"),
        [
            ('[{"a":1},\n{"b":2}', "line 1, column 1: a bracket is never closed"),
            ('[{"a":1]}', "line 1, column 8: ] closes another kind of bracket"),
            ("[1\n 2]", "line 2, column 2: a comma or ] is expected"),
            ("[1,]", "line 1, column 4: a value is expected"),
            ("nonsense", "line 1, column 1: a value is expected"),
            ('["a]', "line 1, column 2: a text is never closed"),
            ("{}}", "line 1, column 3: } closes nothing"),
            ('{"events":[], 5:1}', "line 1, column 15: a key is expected"),
            ('{"events" []}', "line 1, column 11: a colon is expected"),
        ],
    )
    def test_what_does_not_hold_together_is_named_with_its_place(
        self, text: str, message: str
    ) -> None:
        with pytest.raises(FileProblem, match="it is not JSON at ") as caught:
            texts_in(read_json_documents, text)
        assert message in str(caught.value)


class TestCsvRows:
    @given(
        cells=st.lists(
            st.lists(
                st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\r")),
                min_size=2,
                max_size=2,
            ),
            max_size=5,
        )
    )
    def test_any_text_survives_with_the_line_it_starts_on(self, cells: list[list[str]]) -> None:
        buffer = io.StringIO()
        writer = csv.writer(buffer, lineterminator="\n")
        writer.writerow(["first", "second"])
        expected = []
        for row in cells:
            start = buffer.getvalue().count("\n") + 1
            writer.writerow(row)
            names = zip(["first", "second"], row, strict=True)
            expected.append((start, {name: cell for name, cell in names if cell}))
        rows = rows_in(read_csv_rows, buffer.getvalue().encode())
        assert [(number, json.loads(record)) for number, record, _ in rows] == expected

    @pytest.mark.parametrize(
        ("column", "cell", "json_text"),
        [
            ("id", "00123", '"00123"'),
            ("external_customer_id", "1e5", '"1e5"'),
            ("name", "true", '"true"'),
            ("timestamp", "1767225600", '"1767225600"'),
            ("net_amount", "99999.999999999999", "99999.999999999999"),
            ("rate", "-1e-7", "-1e-7"),
            ("amount", "007", '"007"'),
            ("amount", "1_000", '"1_000"'),
            ("amount", "NaN", '"NaN"'),
            ("amount", "٣", '"٣"'),
            ("amount_type", "1", '"1"'),
            ("paid", "True", "true"),
            ("is_recurring", "false", "false"),
            ("paid", "yes", '"yes"'),
            ("metadata", '{"a": 1.10, "b": [1]}', '{"a": 1.10, "b": [1]}'),
            ("prices", " [1]\n", " [1]\n"),
            ("data", "null", "null"),
            ("metadata", '{"a": NaN}', '"{\\"a\\": NaN}"'),
            ("metadata", '{"a": 1', '"{\\"a\\": 1"'),
            ("metadata", "plain", '"plain"'),
            ("name", '{"a": 1}', '"{\\"a\\": 1}"'),
            ("aggregation", "SUM", '"SUM"'),
            ("aggregation", '{"func": "count"}', '{"func": "count"}'),
            ("filter", '{"clauses": [{"value": 1.0}]}', '{"clauses": [{"value": 1.0}]}'),
            ("filter", "{broken", '"{broken"'),
            ("groupBy", '{"model": "$.model"}', '{"model": "$.model"}'),
            ("valueProperty", "$.tokens", '"$.tokens"'),
            ("specversion", "1.0", '"1.0"'),
            ("subject", "00123", '"00123"'),
        ],
    )
    def test_the_column_says_what_a_cell_is(self, column: str, cell: str, json_text: str) -> None:
        buffer = io.StringIO()
        csv.writer(buffer).writerows([[column], [cell]])
        [text] = texts_in(read_csv_rows, buffer.getvalue())
        assert text == f'{{"{column}":{json_text}}}'

    def test_empty_and_missing_cells_are_absent_keys(self) -> None:
        text = '\ufeffa,b,c\r\n1,,"2"\r\n\r\n3\r\n"",4'
        assert rows_in(read_csv_rows, text.encode()) == [
            (2, b'{"a":"1","c":"2"}', None),
            (4, b'{"a":"3"}', None),
            (5, b'{"b":"4"}', None),
        ]

    def test_bad_bytes_are_marked(self) -> None:
        assert rows_in(read_csv_rows, b"a,b\n\xff,1\n\xc3\xa9,\x00\n") == [
            (2, '{"a":"\ufffd","b":"1"}'.encode(), INVALID_ENCODING),
            (3, '{"a":"é","b":"\\u0000"}'.encode(), None),
        ]

    def test_a_row_over_the_limit_is_accounted_for(self) -> None:
        rows = rows_in(read_csv_rows, b"a,b\n1,2\n1," + b"x" * (16 * 1024 * 1024) + b"\n3,4\n")
        assert [(number, problem) for number, _, problem in rows] == [
            (2, None),
            (3, LINE_TOO_LONG),
            (4, None),
        ]

    @pytest.mark.parametrize("text", ["", "\n", "a,b\n", "a,b"])
    def test_without_rows_there_are_none(self, text: str) -> None:
        assert texts_in(read_csv_rows, text) == []

    @pytest.mark.parametrize(
        ("text", "message"),
        [
            ("a,b\n1,2\n1,2,3\n", "line 3 has 3 cells, the header has 2"),
            ("a,b,a\n", "the header names a more than once"),
            ('a\n1\n"2\n3\n', "line 3 is not CSV"),
            ('a\n"1"2\n', "line 2 is not CSV"),
        ],
    )
    def test_a_table_that_cannot_be_trusted_is_refused(self, text: str, message: str) -> None:
        with pytest.raises(FileProblem, match=message):
            texts_in(read_csv_rows, text)
