"""Paygentic events as the oracle judges them: fields, idempotency windows, customers.

Written from `spec/cost_metrics.md`, section "Paygentic events".
"""

from collections.abc import Callable
from datetime import datetime, timedelta

from oracle_values import LandedFile, RejectError, Row, parse_time

WINDOW = timedelta(hours=24)
LATEST_AFTER_LOAD = timedelta(days=1)


def read_text(value: object) -> str:
    """Return the text that a field holds.

    Raises:
        ValueError: it holds something else.
    """
    if not isinstance(value, str):
        raise ValueError(value)
    return value


def read_filled_text(value: object) -> str | None:
    """Return the text; an empty one is no value."""
    return read_text(value) or None


_FIELDS: dict[str, Callable] = {
    "type": read_text,
    "timestamp": parse_time,
    "customerId": read_filled_text,
    "externalSubject": read_text,
    "idempotencyKey": read_filled_text,
}


def read_event(file: LandedFile, record: dict) -> dict:
    """Type the fields of one event; a JSON null is an absent field.

    Raises:
        RejectError: the first broken rule.
    """
    values: dict = dict.fromkeys(_FIELDS)
    for name, reader in _FIELDS.items():
        if record.get(name) is None:
            continue
        try:
            values[name] = reader(record[name])
        except ValueError as error:
            raise RejectError(f"unreadable_{name}") from error
    if values["type"] is None:
        raise RejectError("missing_type")
    timestamp = values["timestamp"]
    if timestamp is not None and timestamp > file.loaded_at + LATEST_AFTER_LOAD:
        raise RejectError("timestamp_in_future")
    return values


def occurred_at(row: Row) -> datetime:
    """Return the event's timestamp, else its load time."""
    return row.values["timestamp"] or row.file.loaded_at


def _content(row: Row) -> tuple:
    names = ("type", "timestamp", "customerId", "externalSubject")
    return (*(row.values[name] for name in names), row.record.get("data"))


def record_events(rows: list[Row]) -> tuple[list[Row], list[tuple[Row, str]]]:
    """Apply the idempotency windows.

    A window starts at a recorded event and ends just before 24 hours later. Only the times of the
    events count, whenever they landed.

    Args:
        rows: all readable events.

    Returns:
        The recorded events, and the copies with their reject reason.
    """
    recorded: list[Row] = []
    copies: list[tuple[Row, str]] = []
    opened: dict[str, Row] = {}
    for row in sorted(rows, key=lambda row: (occurred_at(row), *row.landed_order)):
        key = row.values["idempotencyKey"]
        first = opened.get(key)
        if key is None or first is None or occurred_at(row) - occurred_at(first) >= WINDOW:
            recorded.append(row)
            opened[key] = row
            continue
        is_conflict = _content(row) != _content(first)
        copies.append((row, "conflicting_duplicate" if is_conflict else "duplicate_delivery"))
    return recorded, copies


def customer_of(
    row: Row, known_customer_ids: set[str], customer_of_external_id: dict[str, str]
) -> str:
    """Return the customer that an event belongs to.

    Args:
        row: a readable event.
        known_customer_ids: ids that anything but a Paygentic event names as a customer's.
        customer_of_external_id: external id -> customer id.
    """
    customer_id, external_id = row.values["customerId"], row.values["externalSubject"]
    if customer_id in known_customer_ids:
        return customer_id
    if customer_id is not None:
        external_id = customer_id
    if external_id is None:
        return "unattributed"
    return customer_of_external_id.get(external_id, f"external:{external_id}")
