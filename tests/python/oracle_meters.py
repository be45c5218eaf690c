"""Usage as the oracle counts it: which events count for which meter, and the marts that add them.

Written from `spec/polar.md`, sections 2 and 4, the worked examples of OpenMeter's meters, and the
design's table of marts.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import cached_property
from zoneinfo import ZoneInfo

from oracle_costs import NO_VALUE, dimension_text
from oracle_definitions import parse_path
from oracle_filters import BUILT_INS, epoch_seconds, find_value, group_matches, json_text
from oracle_meter_definitions import Meter
from oracle_values import EXACT, MISSING, NUMBER_TEXT, Event, RejectError, loses_digits, round_to

QUANTITY_DECIMALS = 12
MOST_WHOLE_DIGITS = 18


@dataclass(frozen=True)
class Counted:
    """One event that counts for one meter.

    Attributes:
        event: the event.
        quantity: what is aggregated; None for `unique`.
        unique_value: equal for equal values; None but for `unique`.
        dimensions: name -> value as text, None where the event has none.
    """

    event: Event
    quantity: Decimal | None
    unique_value: tuple | None
    dimensions: dict[str, str | None]


def is_seen(meter: Meter, event: Event) -> bool:
    """Whether a meter looks at an event at all: its source, its filter, and not archived before."""
    if event.source_system != meter.source_system:
        return False
    if meter.archived_at is not None and event.ingested_at > meter.archived_at:
        return False
    if meter.filter is None:
        return event.name == meter.event_type
    return group_matches(meter.filter, event)


def read_quantity(meter: Meter, event: Event) -> Decimal | None:
    """Read the number that an event has for a meter.

    Args:
        meter: of any aggregation but `count` and `unique`.
        event: one that the meter sees.

    Returns:
        The exact number, or None when there is nothing.

    Raises:
        RejectError: there is something else, or a number that is too large.
    """
    if meter.subject == "timestamp":
        return Decimal(epoch_seconds(event.occurred_at))
    if meter.subject in BUILT_INS:
        return None
    stored = find_value(event, meter.subject)
    if stored is MISSING or stored is None:
        return None
    is_number = isinstance(stored, int | Decimal) and not isinstance(stored, bool)
    if not is_number and meter.source_system == "openmeter" and isinstance(stored, str):
        is_number = NUMBER_TEXT.fullmatch(stored) is not None
    if not is_number:
        raise RejectError("unreadable_quantity")
    number = Decimal(stored)
    if number and number.adjusted() >= MOST_WHOLE_DIGITS:
        raise RejectError("quantity_out_of_range")
    return number


def read_unique_value(meter: Meter, event: Event) -> tuple | None:
    """Read the value of which `unique` counts the different ones; None when there is nothing."""
    # Of built-ins the metadata key of that name is meant.
    path = (meter.subject,) if isinstance(meter.subject, str) else meter.subject
    stored = find_value(event, path)
    if stored is MISSING or (stored is None and meter.source_system == "openmeter"):
        return None
    if stored is None or isinstance(stored, bool):
        return ("constant", stored)
    if isinstance(stored, str):
        return ("text", stored)
    if isinstance(stored, int | Decimal):
        return ("number", Decimal(stored))
    return ("json", json_text(stored))


def _latest(counted: list[Counted]) -> Decimal:
    newest = max(
        counted,
        key=lambda one: (one.event.occurred_at, one.event.ingested_at, one.event.landed_order),
    )
    return newest.quantity


def _sum(counted: list[Counted]) -> Decimal:
    total = Decimal(0)
    for one in counted:
        total = EXACT.add(total, one.quantity)
    return total


AGGREGATES: dict[str, Callable[[list[Counted]], Decimal]] = {
    "count": lambda counted: Decimal(len(counted)),
    "sum": _sum,
    # The exact quotient may have no end: 200 digits decide the twelfth decimal safely.
    "avg": lambda counted: round_to(
        EXACT.divide(_sum(counted), Decimal(len(counted))), QUANTITY_DECIMALS
    ),
    "min": lambda counted: min(one.quantity for one in counted),
    "max": lambda counted: max(one.quantity for one in counted),
    "unique": lambda counted: Decimal(len({one.unique_value for one in counted})),
    "latest": _latest,
}


class Meters:
    """What all events count for under all meters.

    Args:
        events: accepted events of every source.
        meters: in force.
        zone: of all hours, days and months.
    """

    def __init__(self, events: Iterable[Event], meters: Iterable[Meter], zone: ZoneInfo) -> None:
        self.zone = zone
        self.meters = {meter.meter_id: meter for meter in meters}
        self.counted: dict[str, list[Counted]] = {}
        self.rejected_values: list[tuple[str, str, str]] = []
        # File -> values that lost digits, once per event and meter.
        self.rounded_counts: Counter[str] = Counter()
        events = list(events)
        for meter in self.meters.values():
            seen = [event for event in events if is_seen(meter, event)]
            self.counted[meter.meter_id] = [
                one for event in seen if (one := self._count(meter, event))
            ]

    def _count(self, meter: Meter, event: Event) -> Counted | None:
        quantity, unique_value = None, None
        if meter.aggregation == "count":
            quantity = Decimal(1)
        elif meter.aggregation == "unique":
            unique_value = read_unique_value(meter, event)
        else:
            try:
                quantity = read_quantity(meter, event)
            except RejectError as reject:
                self.rejected_values.append((event.event_id, meter.meter_id, str(reject)))
                return None
        if quantity is None and unique_value is None:
            return None
        if quantity is not None:
            self.rounded_counts[event.source_file] += loses_digits(quantity, QUANTITY_DECIMALS)
            quantity = round_to(quantity, QUANTITY_DECIMALS)
        dimensions = {
            name: dimension_text(find_value(event, parse_path(path)))
            for name, path in meter.group_by.items()
        }
        return Counted(event, quantity, unique_value, dimensions)

    # Periods

    def _hour(self, instant: datetime) -> datetime:
        """Return the instant at which the local hour began; a repeated hour is two."""
        local = instant.astimezone(self.zone)
        return instant - timedelta(
            minutes=local.minute, seconds=local.second, microseconds=local.microsecond
        )

    def _day(self, instant: datetime) -> date:
        return instant.astimezone(self.zone).date()

    def _month(self, instant: datetime) -> date:
        return self._day(instant).replace(day=1)

    def _month_start(self, month: date) -> datetime:
        local = datetime(month.year, month.month, 1, tzinfo=self.zone)
        return local.astimezone(UTC)

    # Marts

    def _cells(self, keys_of: Callable[[Counted], Iterable[tuple]]) -> dict[tuple, dict]:
        """Aggregate by keys that begin with the meter.

        Args:
            keys_of: the cells that one counted event is in.
        """
        cells: dict[tuple, list[Counted]] = defaultdict(list)
        for meter_id, counted in self.counted.items():
            for one in counted:
                for key in keys_of(one):
                    cells[meter_id, *key].append(one)
        return {
            key: {
                "usage_quantity": AGGREGATES[self.meters[key[0]].aggregation](counted),
                "event_count": len(counted),
            }
            for key, counted in cells.items()
        }

    def _usage(self, period: Callable[[datetime], object]) -> dict[tuple, dict]:
        """Key by meter, customer and period; only what users sent."""
        return self._cells(
            lambda one: (
                [(one.event.customer_id, period(one.event.occurred_at))]
                if one.event.event_source == "user"
                else []
            )
        )

    def _quantities(self, period: Callable[[datetime], object]) -> dict[tuple, dict]:
        """Key by meter and period, over all customers and sources."""
        return self._cells(lambda one: [(period(one.event.occurred_at),)])

    def _with_month_start(self, cells: dict[tuple, dict]) -> dict[tuple, dict]:
        return {
            key: {**cell, "period_start": self._month_start(key[-1])} for key, cell in cells.items()
        }

    @cached_property
    def meter_events(self) -> dict[tuple, dict]:
        """Keyed by meter and event."""
        return {
            (meter_id, one.event.event_id): {
                "customer_id": one.event.customer_id,
                "event_source": one.event.event_source,
                "dimensions": one.dimensions,
                "quantity": one.quantity,
                "occurred_at": one.event.occurred_at,
                "ingested_at": one.event.ingested_at,
            }
            for meter_id, counted in self.counted.items()
            for one in counted
        }

    @cached_property
    def unique_values(self) -> dict[tuple, tuple | None]:
        """Meter and event -> what is equal for values that `unique` takes for one."""
        return {
            (meter_id, one.event.event_id): one.unique_value
            for meter_id, counted in self.counted.items()
            for one in counted
        }

    @cached_property
    def meter_usage_hourly(self) -> dict[tuple, dict]:
        """Keyed by meter, customer and the instant at which the local hour began."""
        return self._usage(self._hour)

    @cached_property
    def meter_usage_daily(self) -> dict[tuple, dict]:
        """Keyed by meter, customer and day."""
        return self._usage(self._day)

    @cached_property
    def meter_usage_monthly(self) -> dict[tuple, dict]:
        """Keyed by meter, customer and month."""
        return self._with_month_start(self._usage(self._month))

    @cached_property
    def meter_quantities_daily(self) -> dict[tuple, dict]:
        """Keyed by meter and day."""
        return self._quantities(self._day)

    @cached_property
    def meter_quantities_monthly(self) -> dict[tuple, dict]:
        """Keyed by meter and month."""
        return self._with_month_start(self._quantities(self._month))

    @cached_property
    def meter_usage_by_dimension_daily(self) -> dict[tuple, dict]:
        """Keyed by meter, customer, dimension, value and day; only what users sent."""
        return self._cells(
            lambda one: (
                (
                    one.event.customer_id,
                    name,
                    NO_VALUE if value is None else value,
                    self._day(one.event.occurred_at),
                )
                for name, value in one.dimensions.items()
                if one.event.event_source == "user"
            )
        )
