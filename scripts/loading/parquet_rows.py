"""Parquet: DuckDB writes each row as the text of a JSON object, every number digit for digit.

DuckDB's own `to_json` sends whole numbers over 64 bits through a double, and writes times without
their zone; so the text of each type is put together here. NULL is an absent key.
"""

import json
from pathlib import Path

import duckdb
from duckdb.sqltypes import DuckDBPyType

from loading.field_types import JSON_FIELDS
from loading.problems import FileProblem, first_line
from loading.records import LINE_TOO_LONG, MAX_RECORD_BYTES
from loading.sql import glob_of, identifier, literal

_BARE = frozenset(
    {
        "tinyint",
        "smallint",
        "integer",
        "bigint",
        "hugeint",
        "utinyint",
        "usmallint",
        "uinteger",
        "ubigint",
        "uhugeint",
        "decimal",
        "boolean",
        "null",
    }
)
_QUOTED = frozenset({"varchar", "uuid", "date", "time", "enum", "interval"})
_CONTAINER_OR_NULL = r"^[ \t\r\n]*([{\[]|null[ \t\r\n]*$)"
_TIMESTAMPS = frozenset({"timestamp", "timestamp_s", "timestamp_ms", "timestamp_ns"})


def parquet_rows(connection: duckdb.DuckDBPyConnection, path: Path) -> str:
    """The SQL that reads a Parquet file as `record, line_number, landing_problem`.

    Args:
        connection: its time zone is UTC, in which times with a zone are written; times without a
            zone are taken for UTC.
        path: an uncompressed Parquet file.

    Returns:
        A select statement; a row's line number is its place in the file, from 1.

    Raises:
        FileProblem: it is no Parquet file, or a column has a type that JSON has no form for.
    """
    try:
        columns = connection.read_parquet(glob_of(path))
        members = [
            _member(name, _json_of_column(name, type_))
            for name, type_ in zip(columns.columns, columns.types, strict=True)
        ]
    except duckdb.Error as error:
        raise FileProblem(f"it is not a readable Parquet file ({first_line(error)})") from error
    return f"""
        select
            case when strlen(text) <= {MAX_RECORD_BYTES} then text end as record,
            file_row_number + 1 as line_number,
            case when strlen(text) > {MAX_RECORD_BYTES} then '{LINE_TOO_LONG}' end
                as landing_problem
        from (
            select {_object(members)} as text, file_row_number
            from read_parquet({literal(glob_of(path))}, file_row_number = true) as file
        )
    """


def _json_of_column(name: str, type_: DuckDBPyType) -> tuple[str, str]:
    """A column's SQL, and the SQL of its JSON text."""
    value = f"file.{identifier(name)}"
    if str(type_) == "JSON":
        return value, _bare_if(f"json_valid({value})", value)
    if type_.id == "varchar" and name in JSON_FIELDS:
        looks_right = f"regexp_matches({value}, {literal(_CONTAINER_OR_NULL)})"
        return value, _bare_if(f"{looks_right} and json_valid({value})", value)
    try:
        return value, _json_of(type_, value)
    except TypeError as error:
        raise FileProblem(
            f"its column {name} holds values of type {error}, which JSON has no form for"
        ) from error


def _json_of(type_: DuckDBPyType, value: str, depth: int = 0) -> str:
    """The SQL of a value's JSON text; it gives NULL for NULL.

    Args:
        type_: the value's type.
        value: the value's SQL.
        depth: how many lists and maps it lies in.

    Raises:
        TypeError: JSON has no form for the type; the message is its name.
    """
    kind = type_.id
    if kind in _BARE:
        return f"cast({value} as varchar)"
    if kind in ("float", "double"):
        return _bare_if(f"isfinite({value})", value)
    if kind in _QUOTED:
        return _quoted(value)
    if kind in _TIMESTAMPS:
        return _quoted(_iso_text(value))
    if kind == "timestamp with time zone":
        return _quoted(_iso_text(f"timezone('UTC', {value})"))
    if kind == "struct":
        members = []
        for name, inner in type_.children:
            part = f"struct_extract({value}, {literal(name)})"
            members.append(_member(name, (part, _json_of(inner, part, depth))))
        return f"case when {value} is not null then {_object(members)} end"
    item = f"item_{depth}"
    if kind in ("list", "array"):
        [(_, inner)] = [child for child in type_.children if child[0] == "child"]
        return _joined("[", value, item, _or_null(_json_of(inner, item, depth + 1)), "]")
    if kind == "map":
        [(_, inner)] = [child for child in type_.children if child[0] == "value"]
        key, inner_value = f"struct_extract({item}, 'key')", f"struct_extract({item}, 'value')"
        member = f"{_quoted(key)} || ':' || {_or_null(_json_of(inner, inner_value, depth + 1))}"
        return _joined("{", f"map_entries({value})", item, member, "}")
    raise TypeError(str(type_))


def _object(members: list[str]) -> str:
    """SQL of an object's text; `concat_ws` leaves out the members that are NULL."""
    return f"'{{' || concat_ws(',', {', '.join(members)}) || '}}'"


def _member(name: str, column: tuple[str, str]) -> str:
    """SQL of an object's member, NULL if its value is NULL."""
    value, json_text = column
    key = literal(json.dumps(name, ensure_ascii=False) + ":")
    return f"case when {value} is not null then {key} || {json_text} end"


def _joined(opening: str, items: str, item: str, json_text: str, closing: str) -> str:
    """SQL of the text of a list's items, NULL if the list is NULL."""
    texts = f"list_transform({items}, lambda {item}: {json_text})"
    return f"'{opening}' || array_to_string({texts}, ',') || '{closing}'"


def _or_null(json_text: str) -> str:
    return f"coalesce({json_text}, 'null')"


def _quoted(value: str) -> str:
    return f"cast(to_json(cast({value} as varchar)) as varchar)"


def _iso_text(timestamp: str) -> str:
    return f"replace(cast({timestamp} as varchar), ' ', 'T') || 'Z'"


def _bare_if(condition: str, value: str) -> str:
    """SQL of a value's text without quotes where that is JSON, with quotes elsewhere."""
    return f"case when {condition} then cast({value} as varchar) else {_quoted(value)} end"
