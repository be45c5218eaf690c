"""Meters of Polar's kind, and those of the sample company."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

Filter = dict[str, object]
Function = Literal["count", "sum", "avg", "min", "max", "unique"]


@dataclass(frozen=True)
class Meter:
    """What is counted; `key` decides the identifier, `value_property` is what count has not."""

    key: str
    name: str
    filter: Filter
    function: Function
    value_property: str | None = None
    archived_at: datetime | None = None


def clause(event_property: str, operator: str, value: str | int) -> Filter:
    """Return a clause of a filter."""
    return {"property": event_property, "operator": operator, "value": value}


def all_of(*clauses: Filter) -> Filter:
    """Return a filter for the events that each of `clauses` matches."""
    return {"conjunction": "and", "clauses": list(clauses)}


def any_of(*clauses: Filter) -> Filter:
    """Return a filter for the events that at least one of `clauses` matches."""
    return {"conjunction": "or", "clauses": list(clauses)}
