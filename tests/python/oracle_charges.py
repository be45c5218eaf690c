"""Metered charges as the oracle computes them: who pays for an event, when, and how much.

Written from `spec/polar.md`, section 6. Money is in minor units here; `metered_charges` has both.

Where the texts say nothing: a price of a meter that cannot be compiled has no row, and credits that
are received at one instant are added in the order of their event ids, as 6.1 has it.
"""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from functools import cached_property

from oracle_credit_records import Price, Subscription
from oracle_credits import Credit, Credits, add_credits, consumed_units
from oracle_meters import Counted
from oracle_periods import Period
from oracle_values import CURRENCY_EXPONENTS, EXACT, round_to

SUMMABLE = ("count", "sum")


@dataclass
class _Line:
    """What one price and period add up."""

    usage: list[Counted] = field(default_factory=list)
    credits: list[Credit] = field(default_factory=list)


def metered_amount(price: Price, billable_units: Decimal) -> tuple[int, bool]:
    """Return what units cost in minor units, and whether the cap made it less.

    Args:
        price: with an exact amount for each unit.
        billable_units: what is left after credits.
    """
    amount = int(round_to(EXACT.multiply(price.unit_amount, billable_units), 0))
    if price.cap_amount is not None and amount > price.cap_amount:
        return price.cap_amount, True
    return amount, False


class Charges:
    """What all subscriptions are charged for usage.

    Args:
        credits: the balances, with all that they are made of.
        convert: major units of a currency on a day into the reporting currency.
        local_day: the day of an instant.
    """

    def __init__(
        self,
        credits: Credits,
        convert: Callable[[Decimal, str, date], Decimal | None],
        local_day: Callable[[datetime], date],
    ) -> None:
        self.credits = credits
        self.records = credits.records
        self.convert = convert
        self.local_day = local_day

    # Who pays

    def _own_subscription(
        self, customer_id: str, meter_id: str, instant: datetime
    ) -> Subscription | None:
        """Return a customer's first subscription that pays for a meter."""
        own = [
            subscription
            for subscription in self.records.subscriptions.values()
            if subscription.customer_id == customer_id
            and subscription.prices_of(meter_id)
            and subscription.is_billable(instant)
        ]
        return min(own, key=lambda one: (one.started_at, one.subscription_id), default=None)

    def _seat_subscription(
        self, customer_id: str, meter_id: str, instant: datetime
    ) -> Subscription | None:
        """Return the subscription of the seat that a customer claimed first."""
        for seat in sorted(self.records.seats, key=lambda seat: (seat.claimed_at, seat.seat_id)):
            subscription = self.records.subscriptions.get(seat.subscription_id)
            if seat.customer_id != customer_id or not seat.is_held(instant):
                continue
            if subscription is None or not subscription.is_billable(instant):
                continue
            if subscription.prices_of(meter_id):
                return subscription
        return None

    # What is charged

    def _prices_in_lines(self, subscription: Subscription, meter_id: str) -> list[Price]:
        """Return the prices of a meter that have lines: all, or the newest when nothing adds up."""
        prices = subscription.prices_of(meter_id)
        if meter_id not in self.credits.meters:
            return []
        if self.credits.meters[meter_id].aggregation in SUMMABLE:
            return prices
        never = datetime.min.replace(tzinfo=self.credits.as_of.tzinfo)
        return sorted(prices, key=lambda price: (price.created_at or never, price.price_id))[-1:]

    def _is_charged(self, subscription: Subscription, price: Price, ingested_at: datetime) -> bool:
        meter = self.credits.meters[price.meter_id]
        since = [subscription.trial_end, self.records.meter_created_at.get(price.meter_id)]
        if meter.aggregation in SUMMABLE:
            since.append(price.created_at)
        return all(instant is None or ingested_at >= instant for instant in since)

    def _period_of(
        self, subscription: Subscription, timestamp: datetime, ingested_at: datetime
    ) -> Period | None:
        """Return the first period whose order takes what is dated and received at some instants."""
        for period in self.credits.periods[subscription.subscription_id]:
            if timestamp < period.end and ingested_at <= period.end:
                return period
        return None

    def _lines_of(
        self,
        subscription: Subscription | None,
        meter_id: str,
        timestamp: datetime,
        ingested_at: datetime,
    ) -> list[tuple[str, str, datetime]]:
        """Return the keys of all lines in which something counts."""
        if subscription is None:
            return []
        period = self._period_of(subscription, timestamp, ingested_at)
        return [
            (subscription.subscription_id, price.price_id, period.start)
            for price in self._prices_in_lines(subscription, meter_id)
            if period is not None and self._is_charged(subscription, price, ingested_at)
        ]

    @cached_property
    def _lines(self) -> dict[tuple[str, str, datetime], _Line]:
        """Keyed by subscription, price and the start of the period."""
        lines: dict[tuple[str, str, datetime], _Line] = defaultdict(_Line)
        for (customer_id, meter_id), usage in self.credits.usage.items():
            for one in usage:
                received = one.event.ingested_at
                payer = self._own_subscription(customer_id, meter_id, received)
                if payer is None:
                    payer = self._seat_subscription(customer_id, meter_id, received)
                for key in self._lines_of(payer, meter_id, one.event.occurred_at, received):
                    lines[key].usage.append(one)
        for (customer_id, meter_id), windows in self.credits.windows.items():
            credits = [credit for window in windows for credit in window.credits]
            # Derived ones are in order already.
            for credit in sorted(credits, key=lambda credit: (credit.ingested_at, credit.event_id)):
                payer = self._own_subscription(customer_id, meter_id, credit.ingested_at)
                for key in self._lines_of(payer, meter_id, credit.occurred_at, credit.ingested_at):
                    lines[key].credits.append(credit)
        return lines

    @cached_property
    def metered_charges(self) -> dict[tuple[str, str, datetime], dict]:
        """Keyed by subscription, price and the start of the period."""
        table = {}
        for key, subscription in self.records.subscriptions.items():
            meter_ids = {price.meter_id for price in subscription.prices}
            prices = [
                price
                for meter_id in sorted(meter_ids)
                for price in self._prices_in_lines(subscription, meter_id)
            ]
            for period in self.credits.periods[key]:
                if period.is_cut and not subscription.has_meter_interval:
                    continue
                for price in prices:
                    cell = (key, price.price_id, period.start)
                    table[cell] = self._charge(subscription, price, period, self._lines.get(cell))
        return table

    def _charge(
        self, subscription: Subscription, price: Price, period: Period, line: _Line | None
    ) -> dict:
        line = line or _Line()
        consumed = consumed_units(self.credits.meters[price.meter_id], line.usage)
        credited = add_credits(credit.units for credit in line.credits)
        billable = max(Decimal(0), EXACT.subtract(consumed, Decimal(credited)))
        amount, is_capped = metered_amount(price, billable)
        currency = price.currency.lower()
        native = Decimal(amount).scaleb(-CURRENCY_EXPONENTS[currency], context=EXACT)
        is_open = period.end > self.credits.as_of
        converted_at = self.credits.as_of if is_open else period.end
        return {
            "customer_id": subscription.customer_id,
            "meter_id": price.meter_id,
            "period_end": period.end,
            "consumed_units": consumed,
            "credited_units": credited,
            "billable_units": billable,
            "minor_amount": amount,
            "native_amount": native,
            "native_currency": currency,
            "charge_amount": self.convert(native, currency, self.local_day(converted_at)),
            "is_capped": is_capped,
            "is_open": is_open,
        }
