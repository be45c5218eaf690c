"""Meters of Polar's kind, and those of the sample company."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

Filter = dict[str, object]
Function = Literal["count", "sum", "avg", "min", "max", "unique"]
CREDITS_KEY = "credits"
"""Key of the meter that a bought top-up is a credit of."""

TOKENS_KEY = "language-tokens"
"""Key of the meter that a month of a subscription is a credit of."""

API_UNITS_ARCHIVED_AT = datetime(2026, 4, 1, tzinfo=UTC)


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


SAMPLE_METERS = (
    Meter(
        CREDITS_KEY,
        "Credits",
        any_of(
            clause("name", "eq", "chat.message"),
            clause("name", "eq", "agent.run"),
            clause("name", "eq", "embedding.batch"),
        ),
        "count",
    ),
    Meter(
        TOKENS_KEY,
        "Tokens of language models",
        all_of(
            any_of(clause("name", "eq", "chat.message"), clause("name", "eq", "llm.call")),
            clause("metadata._llm.total_tokens", "gt", 0),
        ),
        "sum",
        "metadata._llm.total_tokens",
    ),
    Meter(
        "language-models",
        "Language models in use",
        all_of(clause("name", "ne", "embedding.batch")),
        "unique",
        "_llm.model",
    ),
    Meter(
        "document-pages",
        "Average pages of a document",
        all_of(clause("name", "like", "document.")),
        "avg",
        "pages",
    ),
    Meter(
        "largest-render",
        "Most large images at once",
        all_of(clause("name", "eq", "image.render"), clause("metadata.size", "eq", "large")),
        "max",
        "metadata.images",
    ),
    Meter(
        "api-units",
        "API units",
        all_of(clause("name", "eq", "api.request")),
        "sum",
        "units",
        API_UNITS_ARCHIVED_AT,
    ),
)
