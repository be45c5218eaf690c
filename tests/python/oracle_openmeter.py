"""OpenMeter's events as the oracle judges them: CloudEvents 1.0, of which the first copy counts."""

from collections.abc import Callable

from oracle_paygentic import LATEST_AFTER_LOAD, read_filled_text, read_text
from oracle_values import LandedFile, RejectError, Row, parse_time


def _read_identifier(value: object) -> str:
    if not read_text(value):
        raise ValueError(value)
    return value


def _read_version(value: object) -> str:
    if value != "1.0":
        raise ValueError(value)
    return value


_FIELDS: dict[str, tuple[Callable, bool]] = {
    "id": (_read_identifier, True),
    "source": (_read_identifier, True),
    "type": (read_text, True),
    "subject": (read_filled_text, False),
    "time": (parse_time, False),
    "specversion": (_read_version, False),
}


def read_event(file: LandedFile, record: dict) -> dict:
    """Type the fields of one event; a JSON null is an absent field.

    Raises:
        RejectError: the first broken rule.
    """
    values: dict = dict.fromkeys(_FIELDS)
    for name, (reader, is_required) in _FIELDS.items():
        if record.get(name) is None:
            if is_required:
                raise RejectError(f"missing_{name}")
            continue
        try:
            values[name] = reader(record[name])
        except ValueError as error:
            raise RejectError(f"unreadable_{name}") from error
    if values["time"] is not None and values["time"] > file.loaded_at + LATEST_AFTER_LOAD:
        raise RejectError("time_in_future")
    return values


def _content(row: Row) -> tuple:
    names = ("type", "subject", "time")
    return (*(row.values[name] for name in names), row.record.get("data"))


def first_copies(rows: list[Row]) -> tuple[list[Row], list[tuple[Row, str]]]:
    """Keep the first landed event of each id and source.

    Args:
        rows: all readable events.

    Returns:
        The events that count, and the copies with their reject reason.
    """
    first: dict[tuple[str, str], Row] = {}
    copies: list[tuple[Row, str]] = []
    for row in sorted(rows, key=lambda row: row.landed_order):
        key = (row.values["source"], row.values["id"])
        if key not in first:
            first[key] = row
            continue
        is_conflict = _content(row) != _content(first[key])
        copies.append((row, "conflicting_duplicate" if is_conflict else "duplicate_delivery"))
    return list(first.values()), copies


def event_id(row: Row) -> str:
    """Return the identity of an event: its source, in which no colon is left, and its own id."""
    source = row.values["source"].replace("%", "%25").replace(":", "%3A")
    return f"openmeter:{source}:{row.values['id']}"


def customer_of(row: Row, customer_of_external_id: dict[str, str]) -> str:
    """Return the customer whose external id the subject is."""
    subject = row.values["subject"]
    if subject is None:
        return "unattributed"
    return customer_of_external_id.get(subject, f"external:{subject}")
