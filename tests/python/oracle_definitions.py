"""Cost metrics as the oracle reads them: JSONPath, loaded definitions, and what is wrong with some.

Written from `spec/cost_metrics.md`, sections "Definition" and "JSONPath".
"""

import re
from dataclasses import dataclass, field
from decimal import Decimal

from oracle_values import MISSING, RejectError, Row, parse_amount

UNIT_COST_DECIMALS = 12
# Which other characters `.key` may hold is open; the worlds write such keys in brackets.
_PATH_STEP = re.compile(
    r"""\.(?P<plain>\w+)|\['(?P<single>[^']*)'\]|\["(?P<double>[^"]*)"\]|\[(?P<index>[0-9]+)\]"""
)

Path = tuple[str | int, ...]


class DefinitionError(Exception):
    """A definition that prices nothing; the message says what is wrong."""


def parse_path(text: str) -> Path:
    """Read a JSONPath of the supported subset: `$`, `.key`, `['key']`, `["key"]`, `[n]`.

    Args:
        text: the path as the definition has it.

    Returns:
        Keys as text and array indexes as numbers, from the payload down.

    Raises:
        DefinitionError: anything else, with the position from 0.
    """
    if not text.startswith("$"):
        raise DefinitionError(f"{text}: no $ at 0")
    steps: list[str | int] = []
    position = 1
    while position < len(text):
        step = _PATH_STEP.match(text, position)
        if not step:
            raise DefinitionError(f"{text}: not supported at {position}")
        if step["index"] is not None:
            steps.append(int(step["index"]))
        else:
            steps.append(
                next(key for key in step.group("plain", "single", "double") if key is not None)
            )
        position = step.end()
    return tuple(steps)


def follow(payload: object, path: Path) -> object:
    """Return what the path finds in a payload, `MISSING` when nothing.

    Keys are looked up in objects and indexes in arrays; nothing is converted on the way.
    """
    value = payload
    for step in path:
        if isinstance(step, str) and isinstance(value, dict):
            value = value.get(step, MISSING)
        elif isinstance(step, int) and isinstance(value, list) and step < len(value):
            value = value[step]
        else:
            return MISSING
    return value


@dataclass(frozen=True)
class CostMetric:
    """One cost metric in force.

    Attributes:
        cost_metric_id: its key.
        cost_metric_name: shown to people.
        event_type: name of the events that it prices; `*` for every event.
        value_path: JSONPath of the value, as written.
        currency: ISO 4217 code as written; None when the definition names none.
        currency_path: JSONPath of the event's own currency, if any.
        amount_unit: `minor` or `major`.
        unit_cost: what one of the value costs, in `amount_unit`.
        group_by: dimension -> JSONPath, as written.
        definition_source: `built_in`, `seed` or `paygentic/cost_metrics`.
    """

    cost_metric_id: str
    cost_metric_name: str
    event_type: str
    value_path: str
    currency: str | None = None
    currency_path: str | None = None
    amount_unit: str = "major"
    unit_cost: Decimal = Decimal(1)
    group_by: dict[str, str] = field(default_factory=dict)
    definition_source: str = "paygentic/cost_metrics"


POLAR_COST = CostMetric(
    cost_metric_id="polar_cost",
    cost_metric_name="Polar cost",
    event_type="*",
    value_path="$._cost.amount",
    currency_path="$._cost.currency",
    amount_unit="minor",
    group_by={"vendor": "$._llm.vendor", "model": "$._llm.model"},
    definition_source="built_in",
)


def definition_id(record: dict) -> str:
    """Return the key of a loaded definition: its id, else its name."""
    return record["name"] if record.get("id") is None else record["id"]


def _read_unit_cost(given: object) -> Decimal:
    try:
        unit_cost = parse_amount(given)
    except RejectError as error:
        raise DefinitionError(f"unitCost {given}") from error
    if unit_cost is None:
        return Decimal(1)
    if -unit_cost.as_tuple().exponent > UNIT_COST_DECIMALS:
        raise DefinitionError(f"unitCost {given} has more than {UNIT_COST_DECIMALS} decimals")
    return unit_cost


def read_metric(record: dict) -> CostMetric:
    """Read one loaded definition.

    Args:
        record: of `paygentic/cost_metrics`; name, event type and value path are texts.

    Raises:
        DefinitionError: it cannot be compiled.
    """
    identifier = definition_id(record)
    if identifier == POLAR_COST.cost_metric_id:
        raise DefinitionError("duplicate of a built-in metric")
    if record.get("aggregation") != "sum":
        raise DefinitionError(f"aggregation {record.get('aggregation')}")
    unit = record.get("unit")
    if unit not in ("minor", "major", None):
        raise DefinitionError(f"unit {unit}")
    group_by = record.get("groupBy") or {}
    for path in (record["valueProperty"], *group_by.values()):
        parse_path(path)
    return CostMetric(
        cost_metric_id=identifier,
        cost_metric_name=record["name"],
        event_type=record["eventType"],
        value_path=record["valueProperty"],
        currency=record.get("currency"),
        amount_unit=unit or "major",
        unit_cost=_read_unit_cost(record.get("unitCost")),
        group_by=group_by,
    )


def read_definitions(newest: list[Row]) -> tuple[list[CostMetric], set[str]]:
    """Read the built-in metric and all loaded ones.

    Args:
        newest: the newest landed record of each definition.

    Returns:
        The metrics in force, and the ids of the definitions that are refused.
    """
    metrics, refused = [POLAR_COST], set()
    for row in newest:
        try:
            metrics.append(read_metric(row.record))
        except DefinitionError:
            refused.add(definition_id(row.record))
    return metrics, refused
