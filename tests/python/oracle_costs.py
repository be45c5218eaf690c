"""Costs as the oracle counts them: prices of events, and the marts that add them.

Written from `spec/cost_metrics.md` ("Value", "Conversion") and the design's table of marts.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import cached_property

from oracle_definitions import CostMetric, follow, parse_path
from oracle_values import (
    CURRENCY_EXPONENTS,
    EXACT,
    MISSING,
    MONEY_DECIMALS,
    RATIO_DECIMALS,
    Event,
    RejectError,
    has_too_many_whole_digits,
    loses_digits,
    parse_amount,
    round_to,
    sum_known,
)

NO_VALUE = "(none)"
OTHER = "other"
# Whole digits of decimal(38, 12): a ratio beyond is unknown.
RATIO_WHOLE_DIGITS = 26


def price(
    event: Event, metric: CostMetric, reporting_currency: str
) -> tuple[Decimal, str, bool] | None:
    """Read what an event costs under one metric.

    Args:
        event: of the metric's event type.
        metric: a metric in force.
        reporting_currency: of amounts whose metric names no currency.

    Returns:
        Native amount in major units at 14 decimals, its currency, and whether digits were lost;
        None without a value.

    Raises:
        RejectError: the value's reject reason.
    """
    value = parse_amount(follow(event.payload, parse_path(metric.value_path)))
    if value is None:
        return None
    currency: object = None
    if metric.currency_path is not None:
        currency = follow(event.payload, parse_path(metric.currency_path))
    if currency is MISSING or currency is None:
        currency = metric.currency
    if currency is None and metric.currency_path is None:
        currency = reporting_currency
    if not isinstance(currency, str) or currency.lower() not in CURRENCY_EXPONENTS:
        raise RejectError("unknown_cost_currency")
    currency = currency.lower()
    amount = EXACT.multiply(value, metric.unit_cost)
    exponent = CURRENCY_EXPONENTS[currency] if metric.amount_unit == "minor" else 0
    if exponent:
        # Moving the point never rounds, whatever the exponent; `scaleb` of a tiny number could.
        sign, digits, place = amount.as_tuple()
        amount = Decimal((sign, digits, place - exponent))
    if has_too_many_whole_digits(amount):
        raise RejectError("cost_amount_out_of_range")
    is_rounded = loses_digits(value, MONEY_DECIMALS - exponent, metric.unit_cost)
    return round_to(amount, MONEY_DECIMALS), currency, is_rounded


def dimension_text(value: object) -> str | None:
    """Write a dimension's value as text, None when it is missing or null.

    Raises:
        ValueError: an object or array, whose text nothing fixes; no world has one.
    """
    if value is MISSING or value is None:
        return None
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str | int | Decimal):
        return str(value)
    raise ValueError(value)


def sum_cell(amounts: list[Decimal | None]) -> dict:
    """Sum the cost events of one cell."""
    return {
        "cost_amount": sum_known(amounts),
        "event_count": len(amounts),
        "unconverted_count": amounts.count(None),
    }


def divide(dividend: Decimal | None, divisor: Decimal | None) -> Decimal | None:
    """Divide exactly and round once; None unless the divisor is positive and the ratio fits."""
    if dividend is None or divisor is None or divisor <= 0:
        return None
    # The exact quotient has no end: 200 digits decide the twelfth decimal safely.
    ratio = round_to(EXACT.divide(dividend, divisor), RATIO_DECIMALS)
    return None if ratio and ratio.adjusted() >= RATIO_WHOLE_DIGITS else ratio


class Costs:
    """What all events cost under all metrics.

    Args:
        events: accepted events of every source.
        metrics: in force.
        trace_of: event id -> trace id.
        convert: native amount, currency and local day -> reporting currency, or None.
        local_day: instant -> day in the reporting time zone.
        reporting_currency: lower-case ISO 4217 code.
        top_count: values of a slice that the monthly report lists.
    """

    def __init__(
        self,
        events: Iterable[Event],
        metrics: Iterable[CostMetric],
        trace_of: dict[str, str],
        convert: Callable[[Decimal, str, date], Decimal | None],
        local_day: Callable[[datetime], date],
        reporting_currency: str,
        top_count: int,
    ) -> None:
        self.top_count = top_count
        self.cost_events: list[dict] = []
        self.rejected_values: list[tuple[str, str, str]] = []
        # File -> values that lost digits, once per event and metric.
        self.rounded_counts: Counter[str] = Counter()
        metrics = list(metrics)
        for event in events:
            day = local_day(event.occurred_at)
            for metric in metrics:
                if metric.event_type not in ("*", event.name):
                    continue
                try:
                    priced = price(event, metric, reporting_currency)
                except RejectError as reject:
                    rejected = (event.event_id, metric.cost_metric_id, str(reject))
                    self.rejected_values.append(rejected)
                    continue
                if priced is None:
                    continue
                native, currency, is_rounded = priced
                self.rounded_counts[event.source_file] += is_rounded
                self.cost_events.append(
                    {
                        "event_id": event.event_id,
                        "cost_metric_id": metric.cost_metric_id,
                        "customer_id": event.customer_id,
                        "event_name": event.name,
                        "trace_id": trace_of[event.event_id],
                        "occurred_at": event.occurred_at,
                        "ingested_at": event.ingested_at,
                        "date_day": day,
                        "native_amount": native,
                        "native_currency": currency,
                        "cost_amount": convert(native, currency, day),
                        "dimensions": {
                            name: dimension_text(follow(event.payload, parse_path(path)))
                            for name, path in metric.group_by.items()
                        },
                    }
                )

    @cached_property
    def costs_daily(self) -> dict[tuple, dict]:
        """Keyed by customer, cost metric and day."""
        cells: dict[tuple, list[Decimal | None]] = defaultdict(list)
        for event in self.cost_events:
            key = (event["customer_id"], event["cost_metric_id"], event["date_day"])
            cells[key].append(event["cost_amount"])
        return {key: sum_cell(amounts) for key, amounts in cells.items()}

    @cached_property
    def cost_by_dimension_daily(self) -> dict[tuple, dict]:
        """Keyed by cost metric, dimension, value, customer and day."""
        cells: dict[tuple, list[Decimal | None]] = defaultdict(list)
        for event in self.cost_events:
            for name, value in event["dimensions"].items():
                key = (
                    event["cost_metric_id"],
                    name,
                    NO_VALUE if value is None else value,
                    event["customer_id"],
                    event["date_day"],
                )
                cells[key].append(event["cost_amount"])
        return {key: sum_cell(amounts) for key, amounts in cells.items()}

    @cached_property
    def cost_report_monthly(self) -> dict[tuple, dict]:
        """Keyed by cost metric, slice kind, slice name, value and month."""
        # Metric, kind and name of a slice -> month -> value -> amounts.
        slices: dict[tuple, dict[date, dict[str, list]]]
        slices = defaultdict(lambda: defaultdict(lambda: defaultdict(list)))
        for event in self.cost_events:
            month, amount = event["date_day"].replace(day=1), event["cost_amount"]
            metric_id = event["cost_metric_id"]
            customers = slices[metric_id, "customer", "customer"]
            customers[month][event["customer_id"]].append(amount)
            for name, value in event["dimensions"].items():
                values = slices[metric_id, "dimension", name][month]
                values[NO_VALUE if value is None else value].append(amount)
        return {
            (*key, value, month): row
            for key, months in slices.items()
            for month in months
            for value, row in self._report(months, month)
        }

    def _report(
        self, months: dict[date, dict[str, list]], month: date
    ) -> Iterable[tuple[str, dict]]:
        """Yield the rows of one slice in one month, by value."""
        now = months[month]
        before = months.get((month - timedelta(days=1)).replace(day=1), {})
        total = sum_known(_amounts_of(now, now))

        def order(value: str) -> tuple:
            cost = sum_known(now[value])
            return (cost is None, Decimal(0) if cost is None else cost.copy_negate(), value)

        # A value that is named like the remainder is always part of it and takes no rank.
        ranked = sorted((value for value in now if value != OTHER), key=order)
        listed = ranked[: self.top_count]
        for rank, value in enumerate(listed, start=1):
            yield value, _report_row(rank, now[value], before.get(value, []), total)
        if len(listed) < len(now):
            unlisted_now = _amounts_of(now, now.keys() - set(listed))
            unlisted_before = _amounts_of(before, before.keys() - set(listed))
            yield OTHER, _report_row(None, unlisted_now, unlisted_before, total)


def _amounts_of(month: dict[str, list], values: Iterable[str]) -> list[Decimal | None]:
    return [amount for value in values for amount in month[value]]


def _report_row(rank: int | None, now: list, before: list, total: Decimal | None) -> dict:
    cost, previous = sum_known(now), sum_known(before)
    change = None
    if cost is not None and previous is not None:
        change = EXACT.subtract(cost, previous)
    return {
        "cost_rank": rank,
        **sum_cell(now),
        "previous_cost_amount": previous,
        "change_amount": change,
        "change_ratio": divide(change, previous),
        "share_ratio": divide(cost, total),
    }
