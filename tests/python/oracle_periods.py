"""The periods of subscriptions as the oracle counts them, one start after the other.

Written from `spec/polar.md`, section 10.
"""

from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import count

from oracle_credit_records import Subscription

DAYS = {"day": 1, "week": 7}
MONTHS = {"month": 1, "year": 12}


@dataclass(frozen=True)
class Period:
    """`[start, end)` of a subscription.

    Attributes:
        start: the instant of the reset and of new credits.
        end: the next start, or the end of the subscription when that is earlier.
        is_cut: whether the subscription ended in it, on no boundary.
    """

    start: datetime
    end: datetime
    is_cut: bool = False


def step_from(anchor: datetime, interval: str, steps: int) -> datetime:
    """Return where a number of steps leads: to the day of the anchor, else the end of the month.

    Args:
        anchor: where the steps start, UTC.
        interval: day, week, month or year.
        steps: how many intervals, none or more.
    """
    if interval in DAYS:
        return anchor + timedelta(days=steps * DAYS[interval])
    months = anchor.year * 12 + anchor.month - 1 + steps * MONTHS[interval]
    year, month = months // 12, months % 12 + 1
    return anchor.replace(year=year, month=month, day=min(anchor.day, monthrange(year, month)[1]))


def _grid(subscription: Subscription, anchor: datetime) -> Iterator[datetime]:
    for number in count():
        yield step_from(anchor, subscription.interval, number * subscription.interval_count)


def _first_boundaries(subscription: Subscription) -> Iterator[datetime]:
    """Yield the starts of all periods as `started_at` and the trial make them."""
    anchor = subscription.started_at
    if subscription.trial_end is not None and subscription.trial_end > anchor:
        yield anchor
        anchor = subscription.trial_end
    yield from _grid(subscription, anchor)


def boundaries(subscription: Subscription) -> Iterator[datetime]:
    """Yield the starts of all periods of a subscription that has started, without end."""
    anew = subscription.current_period_start
    if anew is None or anew <= subscription.started_at:
        yield from _first_boundaries(subscription)
        return
    for boundary in _first_boundaries(subscription):
        if boundary == anew:
            # On the grid: it goes on as it was.
            yield from (later for later in _first_boundaries(subscription) if later >= anew)
            return
        if boundary > anew:
            yield from _grid(subscription, anew)
            return
        yield boundary


def find_periods(subscription: Subscription, as_of: datetime) -> list[Period]:
    """Return the periods of a subscription that started up to an instant."""
    if subscription.started_at is None:
        return []
    periods: list[Period] = []
    found = boundaries(subscription)
    start = next(found)
    while start <= as_of:
        if subscription.end is not None and start >= subscription.end:
            break
        if subscription.paused_at is not None and start >= subscription.paused_at:
            break
        following = next(found)
        if subscription.end is not None and subscription.end < following:
            periods.append(Period(start, subscription.end, is_cut=True))
        else:
            periods.append(Period(start, following))
        start = following
    return periods
