"""Filters as the oracle reads and applies them, clause by clause and never compiled.

Written from `spec/polar.md`, section 3, with what its first table changes (a boolean clause value
that is to be ordered matches nothing) and with 1.2 and 11 on what is a number to Polar.
"""

import json
import operator
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from oracle_definitions import Path, follow
from oracle_values import MISSING, Event, parse_json

MOST_GROUPS = 100
MOST_KEYS = 100
LONGEST_VALUE = 1000
SMALLEST_INTEGER, LARGEST_INTEGER = -(2**31), 2**31 - 1
BUILT_INS = ("name", "source", "timestamp")
COMPARISONS: dict[str, Callable] = {
    "eq": operator.eq,
    "ne": operator.ne,
    "gt": operator.gt,
    "gte": operator.ge,
    "lt": operator.lt,
    "lte": operator.le,
}
OPERATORS = (*COMPARISONS, "like", "not_like")

# A built-in by its name, or the keys below the metadata.
Property = str | Path
# Where something is wrong, and what.
Problem = tuple[str, str]


@dataclass(frozen=True)
class Clause:
    """One comparison of a property with a value."""

    subject: Property
    operator: str
    value: str | int | bool


@dataclass(frozen=True)
class Group:
    """Clauses and groups of which all (`and`) or one (`or`) must match; an empty group matches."""

    conjunction: str
    parts: tuple["Clause | Group", ...]


# What Polar holds as numbers, in whichever of the two ways its exports write them.
POLAR_NUMBERS = {
    ("_cost", "amount"),
    ("_llm", "input_tokens"),
    ("_llm", "cached_input_tokens"),
    ("_llm", "output_tokens"),
    ("_llm", "total_tokens"),
}
JSON_NUMBER = re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?", re.ASCII)


def find_value(event: Event, path: Path) -> object:
    """Return what an event has at a path of its payload, `MISSING` when nothing."""
    stored = follow(event.payload, path)
    is_held_as_number = event.source_system == "polar" and path in POLAR_NUMBERS
    if is_held_as_number and isinstance(stored, str) and JSON_NUMBER.fullmatch(stored):
        return parse_json(stored)
    return stored


# Reading


def is_storable(text: str) -> bool:
    """Whether a text has neither a NUL nor half of a surrogate pair."""
    return "\0" not in text and not any("\ud800" <= letter <= "\udfff" for letter in text)


def read_property(given: object) -> Property:
    """Read the name of a property.

    Args:
        given: what the definition has there, `MISSING` when nothing.

    Raises:
        ValueError: it names nothing.
    """
    if not isinstance(given, str) or not is_storable(given):
        raise ValueError(given)
    name = given.removeprefix("metadata.")
    if name in BUILT_INS:
        return name
    keys = tuple(name.split("."))
    if "" in keys or len(keys) > MOST_KEYS:
        raise ValueError(given)
    return keys


def _read_value(given: object) -> str | int | bool:
    if isinstance(given, bool):
        return given
    if isinstance(given, str) and len(given) <= LONGEST_VALUE and is_storable(given):
        return given
    if not isinstance(given, int | Decimal) or not SMALLEST_INTEGER <= given <= LARGEST_INTEGER:
        raise ValueError(given)
    if given != int(given):
        raise ValueError(given)
    return int(given)


def read_filter(given: object, place: str, problems: list[Problem], depth: int = 1) -> Group | None:
    """Read a filter or a group of it.

    Args:
        given: the parsed JSON of the group.
        place: where it stands, as problems name it.
        problems: gets what is wrong with it, place by place.
        depth: how many groups it is in, itself among them.

    Returns:
        The group, or None when something in it is wrong.
    """
    if depth > MOST_GROUPS:
        problems.append(("filter", "nested_too_deep"))
        return None
    before = len(problems)
    if given.get("conjunction") not in ("and", "or"):
        problems.append((f"{place}.conjunction", "unknown_conjunction"))
    clauses = given.get("clauses")
    if not isinstance(clauses, list):
        problems.append((f"{place}.clauses", "unreadable_clauses"))
        return None
    parts = []
    for number, part in enumerate(clauses):
        part_place = f"{place}.clauses[{number}]"
        if not isinstance(part, dict):
            problems.append((part_place, "unreadable_clause"))
        elif "clauses" in part or "conjunction" in part:
            parts.append(read_filter(part, part_place, problems, depth + 1))
        else:
            parts.append(_read_clause(part, part_place, problems))
    if len(problems) > before:
        return None
    return Group(given["conjunction"], tuple(parts))


def _read_clause(given: dict, place: str, problems: list[Problem]) -> Clause | None:
    before = len(problems)
    subject, value = None, None
    try:
        subject = read_property(given.get("property", MISSING))
    except ValueError:
        problems.append((f"{place}.property", "unreadable_property"))
    if given.get("operator") not in OPERATORS:
        problems.append((f"{place}.operator", "unknown_operator"))
    try:
        value = _read_value(given.get("value", MISSING))
    except ValueError:
        problems.append((f"{place}.value", "unreadable_value"))
    return None if len(problems) > before else Clause(subject, given["operator"], value)


# Matching


def epoch_seconds(instant: datetime) -> int:
    """Return whole seconds since 1970, rounded half up."""
    microseconds = (instant - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)
    return (microseconds + 500_000) // 1_000_000


def clause_text(value: str | int | bool) -> str:
    """Write a clause's value as text is compared with it."""
    if isinstance(value, bool):
        return "t" if value else "f"
    return str(value)


def number_text(value: int | Decimal) -> str:
    """Write a number as it is stored: as a double unless it is whole.

    Raises:
        ValueError: a double prints this one with an exponent, which nothing fixes; no world has one
            where its text counts.
    """
    text = str(value) if isinstance(value, int) else repr(float(value))
    if "e" in text or "inf" in text:
        raise ValueError(value)
    return text


def json_text(value: object) -> str:
    """Write a value as Postgres prints its `jsonb`, members in the order of the record."""
    if isinstance(value, dict):
        members = (f"{json_text(key)}: {json_text(item)}" for key, item in value.items())
        return "{" + ", ".join(members) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(json_text, value)) + "]"
    if isinstance(value, int | Decimal) and not isinstance(value, bool):
        return number_text(value)
    return json.dumps(value, ensure_ascii=False)


def _looked_in(stored: object) -> str:
    """Return the text in which `like` looks."""
    return stored if isinstance(stored, str) else json_text(stored)


def _as_double(number: int | Decimal) -> float:
    try:
        return float(number)
    except OverflowError:
        return float("inf") if number > 0 else float("-inf")


def _is_whole(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _compare(clause: Clause, stored: object) -> bool:
    """Apply one of the six comparisons to a value that is there (table 3.3)."""
    if isinstance(clause.value, bool) and clause.operator not in ("eq", "ne"):
        return False
    compare = COMPARISONS[clause.operator]
    if isinstance(stored, str):
        return compare(stored, clause_text(clause.value))
    if isinstance(stored, bool):
        return isinstance(clause.value, bool) and compare(stored, clause.value)
    if isinstance(stored, int | Decimal):
        return isinstance(clause.value, int) and compare(_as_double(stored), int(clause.value))
    return False


def clause_matches(clause: Clause, event: Event) -> bool:
    """Whether an event has what a clause asks for."""
    if clause.subject in ("name", "source"):
        stored = event.name if clause.subject == "name" else event.event_source
        if not isinstance(clause.value, str):
            return False
    elif clause.subject == "timestamp":
        stored = epoch_seconds(event.occurred_at)
        if not _is_whole(clause.value):
            return False
    else:
        stored = find_value(event, clause.subject)
        if stored is MISSING or stored is None:
            return False
    if clause.operator in COMPARISONS:
        return _compare(clause, stored)
    is_inside = clause_text(clause.value) in _looked_in(stored)
    return is_inside == (clause.operator == "like")


def group_matches(group: Group, event: Event) -> bool:
    """Whether an event passes a filter or a group of it."""
    if not group.parts:
        return True
    combine = all if group.conjunction == "and" else any
    return combine(
        group_matches(part, event) if isinstance(part, Group) else clause_matches(part, event)
        for part in group.parts
    )
