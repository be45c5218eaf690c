"""Meters as the oracle reads them: Polar's and OpenMeter's records, and what is wrong with some.

Written from `spec/polar.md`, sections 3, 4 and 11, and the design's table of marts.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from oracle_definitions import DefinitionError, Path, parse_path
from oracle_filters import Group, Problem, Property, read_filter, read_property
from oracle_values import RejectError, Row, parse_time

AGGREGATIONS = ("count", "sum", "avg", "min", "max", "unique", "latest")


@dataclass(frozen=True)
class Meter:
    """One meter in force.

    Attributes:
        meter_id: its key.
        meter_name: shown to people.
        source_system: whose events it sees, `polar` or `openmeter`.
        aggregation: one of `AGGREGATIONS`.
        value_path: what is aggregated, as written.
        subject: the same, read; None for counts.
        filter_json: a Polar meter's filter as it was parsed.
        filter: the same, read; None for OpenMeter's.
        event_type: the events that an OpenMeter meter counts.
        group_by: dimension -> JSONPath, as written.
        archived_at: events that were received later do not count.
    """

    meter_id: str
    meter_name: str
    source_system: str
    aggregation: str
    value_path: str | None
    subject: Property | None
    filter_json: dict | None = None
    filter: Group | None = None
    event_type: str | None = None
    group_by: dict[str, str] = field(default_factory=dict)
    archived_at: datetime | None = None


class BadMeterError(Exception):
    """A definition that counts nothing.

    Args:
        problems: where something is wrong, and what.
    """

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__(problems)
        self.problems = problems


def meter_id(source_system: str, record: dict) -> str:
    """Return the key of a record: Polar's id; OpenMeter's slug, else its id.

    Raises:
        RejectError: it has none.
    """
    names = ("id",) if source_system == "polar" else ("slug", "id")
    keys = [record[name] for name in names if record.get(name)]
    if not keys:
        raise RejectError(f"missing_{names[0]}")
    return keys[0]


def _read_archived_at(given: object, problems: list[Problem]) -> datetime | None:
    try:
        return None if given is None else parse_time(given)
    except ValueError:
        problems.append(("archived_at", "unreadable_archived_at"))
        return None


def _check_aggregation(
    aggregation: object, value_path: object, problems: list[Problem]
) -> str | None:
    """Return the aggregation that a definition names, if it is one and has what it needs."""
    if aggregation is None:
        problems.append(("aggregation", "missing_aggregation"))
    elif aggregation not in AGGREGATIONS:
        problems.append(("aggregation", "unknown_aggregation"))
    elif aggregation != "count" and value_path is None:
        problems.append(("value_path", "missing_value_path"))
    else:
        return aggregation
    return None


def read_polar_meter(record: dict) -> Meter:
    """Read a record of `polar/meters`.

    Raises:
        BadMeterError: it cannot be compiled.
    """
    problems: list[Problem] = []
    given = record.get("filter")
    tree = None
    if given is None:
        problems.append(("filter", "missing_filter"))
    elif not isinstance(given, dict):
        problems.append(("filter", "unreadable_filter"))
    else:
        tree = read_filter(given, "filter", problems)
    counted = record.get("aggregation")
    function, value_path = None, None
    if isinstance(counted, dict):
        value_path = counted.get("property")
        # Both are optional in Polar's own schema.
        function = counted.get("func") or ("count" if value_path is None else "unique")
    aggregation = _check_aggregation(function, value_path, problems)
    subject = None
    if aggregation not in (None, "count"):
        try:
            subject = read_property(value_path)
        except ValueError:
            problems.append(("value_path", "unreadable_property"))
    archived_at = _read_archived_at(record.get("archived_at"), problems)
    if problems:
        raise BadMeterError(problems)
    return Meter(
        meter_id=record["id"],
        meter_name=record.get("name") or record["id"],
        source_system="polar",
        aggregation=aggregation,
        value_path=value_path,
        subject=subject,
        filter_json=given,
        filter=tree,
        archived_at=archived_at,
    )


def read_openmeter_meter(record: dict) -> Meter:
    """Read a record of `openmeter/meters`.

    Raises:
        BadMeterError: it cannot be compiled.
    """
    problems: list[Problem] = []
    if record.get("eventType") is None:
        problems.append(("event_type", "missing_event_type"))
    function = record.get("aggregation")
    if isinstance(function, str):
        function = {"UNIQUE_COUNT": "unique"}.get(function, function.lower())
    value_path = record.get("valueProperty")
    aggregation = _check_aggregation(function, value_path, problems)
    subject = None
    if aggregation not in (None, "count"):
        subject = _read_path(value_path, "value_path", problems)
    group_by = {} if record.get("groupBy") is None else record["groupBy"]
    if not isinstance(group_by, dict) or not all(
        isinstance(path, str) for path in group_by.values()
    ):
        problems.append(("group_by", "unreadable_group_by"))
        group_by = {}
    for name, path in group_by.items():
        _read_path(path, f"group_by {name}", problems)
    archived_at = _read_archived_at(record.get("deletedAt"), problems)
    if problems:
        raise BadMeterError(problems)
    key = meter_id("openmeter", record)
    return Meter(
        meter_id=key,
        meter_name=record.get("name") or key,
        source_system="openmeter",
        aggregation=aggregation,
        value_path=value_path,
        subject=subject,
        event_type=record["eventType"],
        group_by=group_by,
        archived_at=archived_at,
    )


def _read_path(given: str, place: str, problems: list[Problem]) -> Path | None:
    try:
        return parse_path(given)
    except DefinitionError as error:
        # Problems count positions from 1.
        position = int(str(error).rpartition(" at ")[2]) + 1
        problems.append((f"{place}, position {position}", "unsupported_json_path"))
        return None


def read_meters(
    polar: Iterable[Row], openmeter: Iterable[Row]
) -> tuple[list[Meter], set[tuple[str, str, str, str]]]:
    """Read all landed meters; an id that both have is Polar's.

    Args:
        polar: the newest landed record of each of Polar's meters.
        openmeter: the same of OpenMeter's.

    Returns:
        The meters in force; and source, id, place and reason of all that is wrong with others.
    """
    meters, refused = [], set()
    taken: set[str] = set()
    for source_system, rows, read in (
        ("polar", polar, read_polar_meter),
        ("openmeter", openmeter, read_openmeter_meter),
    ):
        for row in rows:
            key = meter_id(source_system, row.record)
            try:
                if key in taken:
                    raise BadMeterError([("meter_id", "duplicate_definition")])
                meters.append(read(row.record))
            except BadMeterError as error:
                source = f"{source_system}/meters"
                refused |= {(source, key, place, reason) for place, reason in error.problems}
        taken |= {meter_id(source_system, row.record) for row in rows}
    return meters, refused
