"""Python values as parts of SQL."""

import re
from datetime import datetime
from pathlib import Path


def literal(text: str) -> str:
    """A text as an SQL literal."""
    return "'" + text.replace("'", "''") + "'"


def identifier(name: str) -> str:
    """A name as a quoted SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


def timestamp(moment: datetime) -> str:
    """A time without zone as an SQL literal."""
    return f"timestamp {literal(moment.isoformat(sep=' ', timespec='microseconds'))}"


def glob_of(path: Path) -> str:
    """The pattern that matches one path only; DuckDB's readers take every path for a pattern."""
    return re.sub(r"([*?\[])", r"[\1]", str(path))
