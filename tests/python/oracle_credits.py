"""Credit balances as the oracle keeps them: windows between resets, what was credited and consumed.

Written from `spec/polar.md`, section 5, `spec/credits.md`, part A, and the design's table of marts.
Credits of events and credits derived from benefits end in the same windows; balances, the ledger
and `oracle_charges` read only those.

Where the texts say nothing: of a credit and consumption at one instant the credit comes first in
the ledger, a revocation has the benefit's rollover flag, and a benefit that is held for no time at
all credits nothing.
"""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from functools import cached_property
from zoneinfo import ZoneInfo

from oracle_credit_records import (
    Benefit,
    CreditRecords,
    Grant,
    Subscription,
    read_units,
)
from oracle_definitions import follow
from oracle_meter_definitions import Meter
from oracle_meters import AGGREGATES, Counted, Meters
from oracle_periods import Period, find_periods
from oracle_values import EXACT, Event, RejectError

CREDITED, RESET = "meter.credited", "meter.reset"
NOBODY = "unattributed"
# Steps at one instant, in their order.
ROLLED_OVER, REVOKED, GRANTED = range(3)

# Customer and meter.
Pair = tuple[str, str]


@dataclass(frozen=True)
class Credit:
    """One change of the credited units, before the running sum is kept from falling below zero.

    Attributes:
        units: negative when credits are taken back.
        is_rolled_over: the flag of the event or the benefit.
        occurred_at: its timestamp.
        ingested_at: when it was received; of a derived one the same.
        source: `event` or `derived`.
        event_id: of the event; empty for a derived one.
        place: says which of two that are equal in all times comes first.
        is_rollover: a derived one that carries over what was left at a reset.
    """

    units: int
    is_rolled_over: bool
    occurred_at: datetime
    ingested_at: datetime
    source: str
    event_id: str
    place: tuple
    is_rollover: bool = False


@dataclass
class Window:
    """What happened between two resets.

    Attributes:
        start: the reset that began it; None for the first.
        end: the reset that ends it; None for the last.
        credits: in the order of the running sum.
        usage: in the order in which it was received.
    """

    start: datetime | None
    end: datetime | None
    credits: list[Credit] = field(default_factory=list)
    usage: list[Counted] = field(default_factory=list)


@dataclass(frozen=True)
class Span:
    """A benefit that a customer holds through a subscription or an order, `[start, end)`.

    Attributes:
        customer_id: who holds it.
        benefit: what is held.
        holder_id: the subscription or order.
        subscription: None for an order.
        start: the first instant of it.
        end: the first instant after it; None while it is held.
        is_granted: whether a grant says so, and not the product.
    """

    customer_id: str
    benefit: Benefit
    holder_id: str
    subscription: Subscription | None
    start: datetime
    end: datetime | None
    is_granted: bool

    def is_held(self, instant: datetime) -> bool:
        """Whether it covers an instant."""
        return self.start <= instant and (self.end is None or instant < self.end)


def add_credits(all_units: Iterable[int]) -> int:
    """Return the running sum of units that never falls below zero."""
    total = 0
    for units in all_units:
        total = max(0, total + units)
    return total


def credited_units(credits: Iterable[Credit]) -> int:
    """Return what credits add up to."""
    return add_credits(credit.units for credit in credits)


def consumed_units(meter: Meter, usage: list[Counted]) -> Decimal:
    """Return what usage adds up to under the meter's aggregation; zero of nothing."""
    return AGGREGATES[meter.aggregation](usage) if usage else Decimal(0)


def find_rollover(meter: Meter, window: Window, cutoff: datetime) -> int:
    """Return how many units outlive a window that is reset.

    Args:
        meter: what the window is of.
        window: what happened in it so far.
        cutoff: when it is reset; what is dated there or later is left out.
    """
    credits = [credit for credit in window.credits if credit.occurred_at < cutoff]
    usage = [one for one in window.usage if one.event.occurred_at < cutoff]
    kept = credited_units(credit for credit in credits if credit.is_rolled_over)
    other = credited_units(credit for credit in credits if not credit.is_rolled_over)
    left = EXACT.subtract(Decimal(kept + other), consumed_units(meter, usage))
    return max(0, min(int(left), kept))


class Credits:
    """The balances of all customers and Polar meters.

    Args:
        events: accepted events of every source.
        meters: what they count for.
        records: subscriptions, benefits and the like.
        as_of: what was received or happened later is left out.
        zone: of all days.
    """

    def __init__(
        self,
        events: Iterable[Event],
        meters: Meters,
        records: CreditRecords,
        as_of: datetime,
        zone: ZoneInfo,
    ) -> None:
        self.meters = {
            key: meter for key, meter in meters.meters.items() if meter.source_system == "polar"
        }
        self.records = records
        self.as_of = as_of
        self.zone = zone
        # Event, meter and reason.
        self.rejected_values: list[tuple[str, str, str]] = []
        self.usage = self._find_usage(meters)
        self._event_credits: dict[Pair, list[Credit]] = defaultdict(list)
        self._event_resets: dict[Pair, set[datetime]] = defaultdict(set)
        for event in events:
            self._read_event(event)
        self.periods = {
            key: find_periods(subscription, as_of)
            for key, subscription in records.subscriptions.items()
        }
        self._derived_credits: dict[Pair, list[tuple[datetime, int, str, str, Benefit]]]
        self._derived_credits = defaultdict(list)
        self._derived_resets: dict[Pair, set[datetime]] = defaultdict(set)
        self._derive()

    # What happened

    def _find_usage(self, meters: Meters) -> dict[Pair, list[Counted]]:
        usage: dict[Pair, list[Counted]] = defaultdict(list)
        for meter_id in self.meters:
            for one in meters.counted[meter_id]:
                event = one.event
                if event.event_source != "user" or event.ingested_at > self.as_of:
                    continue
                if event.customer_id != NOBODY:
                    usage[event.customer_id, meter_id].append(one)
        for found in usage.values():
            found.sort(key=lambda one: one.event.ingested_at)
        return dict(usage)

    def _is_taken(self, meter_id: object, instant: datetime) -> bool:
        """Whether a meter takes what is received at an instant."""
        if not isinstance(meter_id, str) or meter_id not in self.meters or instant > self.as_of:
            return False
        archived_at = self.meters[meter_id].archived_at
        return archived_at is None or instant <= archived_at

    def _read_event(self, event: Event) -> None:
        is_polar = event.source_system == "polar" and event.event_source == "system"
        if not is_polar or event.name not in (CREDITED, RESET) or event.customer_id == NOBODY:
            return
        meter_id = follow(event.payload, ("meter_id",))
        if not self._is_taken(meter_id, event.ingested_at):
            return
        pair = event.customer_id, meter_id
        if event.name == RESET:
            self._event_resets[pair].add(event.occurred_at)
            return
        try:
            units = read_units(follow(event.payload, ("units",)))
        except RejectError as reject:
            self.rejected_values.append((event.event_id, meter_id, str(reject)))
            return
        self._event_credits[pair].append(
            Credit(
                units=units,
                is_rolled_over=follow(event.payload, ("rollover",)) is True,
                occurred_at=event.occurred_at,
                ingested_at=event.ingested_at,
                source="event",
                event_id=event.event_id,
                place=(event.event_id,),
            )
        )

    # What is derived

    @cached_property
    def spans(self) -> list[Span]:
        """Every benefit that somebody holds or held."""
        granted: dict[tuple[str, str], list[Grant]] = defaultdict(list)
        for grant in self.records.grants:
            if grant.subscription_id is not None:
                granted["subscription", grant.subscription_id].append(grant)
            if grant.order_id is not None:
                granted["order", grant.order_id].append(grant)
        spans = []
        for key, subscription in self.records.subscriptions.items():
            if subscription.started_at is not None:
                spans += self._subscription_spans(subscription, granted.get(("subscription", key)))
        for order in self.records.orders:
            if ("order", order.order_id) not in granted:
                spans += [
                    Span(
                        order.customer_id,
                        benefit,
                        order.order_id,
                        None,
                        order.created_at,
                        None,
                        False,
                    )
                    for benefit in order.benefits
                ]
        # A grant is a fact, whatever became of the order, or is known of the subscription.
        started = {
            key
            for key, subscription in self.records.subscriptions.items()
            if subscription.started_at is not None
        }
        for (kind, holder_id), grants in granted.items():
            if kind == "order" or holder_id not in started:
                spans += [
                    Span(
                        grant.customer_id or "",
                        grant.benefit,
                        holder_id,
                        None,
                        grant.granted_at,
                        grant.revoked_at,
                        True,
                    )
                    for grant in grants
                    if grant.benefit is not None
                ]
        return [span for span in spans if span.end is None or span.start < span.end]

    @staticmethod
    def _subscription_spans(
        subscription: Subscription, grants: list[Grant] | None
    ) -> Iterable[Span]:
        holder = (subscription.subscription_id, subscription)
        if grants is None:
            for benefit in subscription.benefits:
                yield Span(
                    subscription.customer_id,
                    benefit,
                    *holder,
                    subscription.started_at,
                    subscription.end,
                    False,
                )
            return
        for grant in grants:
            if grant.benefit is None:
                continue
            ends = [end for end in (grant.revoked_at, subscription.end) if end is not None]
            yield Span(
                grant.customer_id or subscription.customer_id,
                grant.benefit,
                *holder,
                max(grant.granted_at, subscription.started_at),
                min(ends, default=None),
                True,
            )

    def _derive(self) -> None:
        """Find all credits and resets that records imply; rollovers need usage and come later."""
        for span in self.spans:
            self._derive_credits(span)
        for key, subscription in self.records.subscriptions.items():
            for period in self.periods[key]:
                for price in subscription.prices:
                    self._derive_reset(subscription.customer_id, price.meter_id, period.start)
        for span in self.spans:
            for period in self._periods_of(span):
                is_later = period.start > span.start
                if is_later or (period.start == span.start and not span.is_granted):
                    self._derive_reset(span.customer_id, span.benefit.meter_id, period.start)

    def _periods_of(self, span: Span) -> list[Period]:
        """Return the periods of a span's subscription that start while it is held."""
        if span.subscription is None:
            return []
        periods = self.periods[span.subscription.subscription_id]
        return [period for period in periods if span.is_held(period.start)]

    def _derive_reset(self, customer_id: str, meter_id: str, instant: datetime) -> None:
        if self._is_taken(meter_id, instant):
            self._derived_resets[customer_id, meter_id].add(instant)

    def _derive_credits(self, span: Span) -> None:
        benefit = span.benefit

        def add(instant: datetime, rank: int) -> None:
            if self._is_taken(benefit.meter_id, instant):
                self._derived_credits[span.customer_id, benefit.meter_id].append(
                    (instant, rank, benefit.benefit_id, span.holder_id, benefit)
                )

        add(span.start, GRANTED)
        for period in self._periods_of(span):
            if period.start > span.start:
                add(period.start, GRANTED)
        if span.end is not None and not self._is_held_otherwise(span, span.end):
            add(span.end, REVOKED)

    def _is_held_otherwise(self, span: Span, instant: datetime) -> bool:
        """Whether another span of the same customer and benefit covers an instant."""
        return any(
            other is not span
            and other.customer_id == span.customer_id
            and other.benefit.benefit_id == span.benefit.benefit_id
            and other.is_held(instant)
            for other in self.spans
        )

    # Windows

    @cached_property
    def windows(self) -> dict[Pair, list[Window]]:
        """The windows of every customer and meter with a credit, a reset or usage."""
        of_events = set(self._event_credits) | set(self._event_resets)
        derived = set(self._derived_credits) | set(self._derived_resets)
        return {
            pair: self._windows_of_events(pair)
            if pair in of_events
            else self._derived_windows(pair)
            for pair in sorted(of_events | derived | set(self.usage))
        }

    def _empty_windows(self, pair: Pair, resets: list[datetime]) -> list[Window]:
        """Return the windows between resets with the usage that was received in each."""
        windows = [
            Window(start, end) for start, end in zip([None, *resets], [*resets, None], strict=True)
        ]
        for one in self.usage.get(pair, []):
            windows[bisect_right(resets, one.event.ingested_at)].usage.append(one)
        return windows

    def _windows_of_events(self, pair: Pair) -> list[Window]:
        resets = sorted(self._event_resets.get(pair, ()))
        windows = self._empty_windows(pair, resets)
        for credit in self._event_credits.get(pair, []):
            windows[bisect_right(resets, credit.ingested_at)].credits.append(credit)
        for window in windows:
            window.credits.sort(
                key=lambda credit: (credit.occurred_at, credit.ingested_at, credit.place)
            )
        return windows

    def _derived_windows(self, pair: Pair) -> list[Window]:
        resets = sorted(self._derived_resets.get(pair, ()))
        windows = self._empty_windows(pair, resets)
        meter = self.meters[pair[1]]
        steps = sorted(self._derived_credits.get(pair, []), key=lambda step: step[:4])
        for number, window in enumerate(windows):
            if number:
                rollover = find_rollover(meter, windows[number - 1], window.start)
                if rollover > 0:
                    window.credits.append(
                        self._derived(window.start, rollover, True, (ROLLED_OVER, "", ""))
                    )
            for instant, rank, benefit_id, holder_id, benefit in steps:
                if bisect_right(resets, instant) == number:
                    units = -benefit.units if rank == REVOKED else benefit.units
                    place = (rank, benefit_id, holder_id)
                    window.credits.append(
                        self._derived(instant, units, benefit.is_rolled_over, place)
                    )
        return windows

    @staticmethod
    def _derived(instant: datetime, units: int, is_rolled_over: bool, place: tuple) -> Credit:
        return Credit(
            units=units,
            is_rolled_over=is_rolled_over,
            occurred_at=instant,
            ingested_at=instant,
            source="derived",
            event_id="",
            place=place,
            is_rollover=place[0] == ROLLED_OVER,
        )

    # Marts

    @cached_property
    def credit_balances(self) -> dict[Pair, dict]:
        """Keyed by customer and meter."""
        table = {}
        for pair, windows in self.windows.items():
            meter, last = self.meters[pair[1]], windows[-1]
            consumed, credited = consumed_units(meter, last.usage), credited_units(last.credits)
            table[pair] = {
                "consumed_units": consumed,
                "credited_units": credited,
                "balance_units": EXACT.subtract(Decimal(credited), consumed),
                "rollover_units": find_rollover(meter, last, self.as_of),
                "last_reset_at": last.start,
            }
        return table

    @cached_property
    def credit_movements(self) -> dict[Pair, list[dict]]:
        """Keyed by customer and meter; the movements in the order of the ledger."""
        return {pair: self._movements(pair, windows) for pair, windows in self.windows.items()}

    def _movements(self, pair: Pair, windows: list[Window]) -> list[dict]:
        meter = self.meters[pair[1]]
        source = "event"
        if pair not in self._event_credits and pair not in self._event_resets:
            source = "derived"
        movements: list[dict] = []
        balance = Decimal(0)
        before = None
        for window in windows:
            changes = []
            if window.start is not None:
                changes.append((window.start, "reset", source, balance.copy_negate(), ""))
            changes += sorted(
                [*self._credit_changes(meter, window, before), *self._usage_changes(meter, window)],
                # At one instant credits first; each of the two kinds is in order already.
                key=lambda change: (change[0], change[1] == "consumption"),
            )
            for occurred_at, kind, movement_source, units, event_id in changes:
                balance = EXACT.add(balance, units)
                movements.append(
                    {
                        "movement_kind": kind,
                        "movement_source": movement_source,
                        "units": units,
                        "occurred_at": occurred_at,
                        "balance_units_after": balance,
                        "event_id": event_id,
                    }
                )
            before = window
        return movements

    @staticmethod
    def _credit_changes(
        meter: Meter, window: Window, before: Window | None
    ) -> Iterable[tuple[datetime, str, str, Decimal, str]]:
        """Yield what each credit of a window changed, and when.

        Args:
            meter: what the window is of.
            window: what to list.
            before: the window before it, None for the first.
        """
        total = 0
        for number, credit in enumerate(window.credits):
            kind = "revocation" if credit.units < 0 else "credit"
            if credit.source == "derived":
                kind = "rollover" if credit.is_rollover else kind
            elif before is not None and number == 0 and credit.is_rolled_over and credit.units > 0:
                kept = credited_units(one for one in before.credits if one.is_rolled_over)
                consumed = consumed_units(meter, before.usage)
                left = int(EXACT.subtract(Decimal(credited_units(before.credits)), consumed))
                if credit.units <= kept and credit.units <= left:
                    kind = "rollover"
            added = max(0, total + credit.units) - total
            total += added
            occurred_at = credit.occurred_at
            if window.start is not None:
                occurred_at = max(occurred_at, window.start)
            if window.end is not None:
                occurred_at = min(occurred_at, window.end)
            yield occurred_at, kind, credit.source, Decimal(added), credit.event_id

    def _usage_changes(
        self, meter: Meter, window: Window
    ) -> Iterable[tuple[datetime, str, str, Decimal, str]]:
        """Yield by how much each local day of a window lowered the balance, and when."""
        consumed = Decimal(0)
        days = sorted({self._day(one.event.ingested_at) for one in window.usage})
        for day in days:
            so_far = [one for one in window.usage if self._day(one.event.ingested_at) <= day]
            now = consumed_units(meter, so_far)
            last = max(one.event.ingested_at for one in so_far)
            yield last, "consumption", "event", EXACT.subtract(consumed, now), ""
            consumed = now

    def _day(self, instant: datetime) -> date:
        return instant.astimezone(self.zone).date()

    @cached_property
    def credit_balances_daily(self) -> dict[tuple[str, str, date], Decimal]:
        """Keyed by customer, meter and day with a movement; the closing balance."""
        closing = {}
        for pair, movements in self.credit_movements.items():
            for movement in movements:
                day = self._day(movement["occurred_at"])
                closing[(*pair, day)] = movement["balance_units_after"]
        return closing
