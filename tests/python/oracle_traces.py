"""Traces as the oracle follows them: which event hangs off which, and statistics of what it costs.

Written from `spec/polar.md`, sections 1.5 and 9, with what its first table changes.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import cached_property

from oracle_costs import divide
from oracle_values import EXACT, RATIO_DECIMALS, Event, round_to, sum_known

MOST_ANCESTORS = 100
PERCENTILES = {"p10": Decimal("0.10"), "p90": Decimal("0.90"), "p99": Decimal("0.99")}
NO_TRACES = {
    "occurrences": 0,
    "customers": 0,
    "total": Decimal(0),
    "average": Decimal(0),
    **dict.fromkeys(PERCENTILES, Decimal(0)),
    "unconverted_count": 0,
}


def _find_parents(events: list[Event]) -> dict[str, str]:
    """Return event id -> event id of the parent, as the records say, for parents that were seen."""
    polar = [event for event in events if event.source_system == "polar"]
    by_polar_id = {event.polar_id: event for event in polar if event.polar_id is not None}
    by_external_id = {event.external_id: event for event in polar if event.external_id is not None}
    parents = {}
    for event in polar:
        if event.event_source == "system" or event.parent_id is None:
            continue
        parent = by_external_id.get(event.parent_id) or by_polar_id.get(event.parent_id)
        if parent is not None and parent is not event:
            parents[event.event_id] = parent.event_id
    return parents


def _ancestors(event_id: str, parents: dict[str, str]) -> list[str]:
    """Return the ancestors from the parent up, at most one more than may be."""
    found: list[str] = []
    while event_id in parents and len(found) <= MOST_ANCESTORS:
        event_id = parents[event_id]
        found.append(event_id)
    return found


def find_roots(events: Iterable[Event]) -> dict[str, tuple[str, int]]:
    """Find the trace of every event.

    Args:
        events: accepted events of every source.

    Returns:
        Event id -> event id of the root, and number of parents on the way to it.
    """
    events = list(events)
    parents = _find_parents(events)
    in_cycles = {
        event_id
        for event_id in parents
        if event_id in _ancestors(event_id, parents)[:MOST_ANCESTORS]
    }
    parents = {child: parent for child, parent in parents.items() if child not in in_cycles}
    roots = {}
    for event in events:
        ancestors = _ancestors(event.event_id, parents)
        is_root = not ancestors or len(ancestors) > MOST_ANCESTORS
        roots[event.event_id] = (event.event_id, 0) if is_root else (ancestors[-1], len(ancestors))
    return roots


def percentile(amounts: list[Decimal], share: Decimal) -> Decimal:
    """Interpolate linearly between order statistics, exactly.

    Args:
        amounts: at least one.
        share: 0.9 for the 90th percentile.
    """
    ordered = sorted(amounts)
    position = EXACT.multiply(Decimal(len(ordered) - 1), share)
    below = int(position)
    above = min(below + 1, len(ordered) - 1)
    distance = EXACT.subtract(ordered[above], ordered[below])
    return EXACT.fma(distance, EXACT.subtract(position, Decimal(below)), ordered[below])


def _sum_traces(traces: list[dict]) -> dict:
    """Sum up the traces of one cell; what is unknown occurs and has no amount."""
    known = [trace["cost_amount"] for trace in traces if trace["cost_amount"] is not None]
    customers = {trace["customer_id"] for trace in traces} - {"unattributed"}
    return {
        "occurrences": len(traces),
        "customers": len(customers),
        "total": sum_known(trace["cost_amount"] for trace in traces),
        "average": round_to(average(known), RATIO_DECIMALS) if known else None,
        **{
            name: round_to(percentile(known, share), RATIO_DECIMALS) if known else None
            for name, share in PERCENTILES.items()
        },
        "unconverted_count": sum(trace["unconverted_count"] for trace in traces),
    }


def average(amounts: list[Decimal]) -> Decimal:
    """Return the mean of at least one amount, far beyond the digits that count."""
    return EXACT.divide(sum_known(amounts), Decimal(len(amounts)))


class Traces:
    """The traces of all events, and their statistics.

    Args:
        events: accepted events of every source.
        roots: as `find_roots` returns them.
        cost_events: all priced events.
        local_day: instant -> day in the reporting time zone.
        as_of: the only clock.
    """

    def __init__(
        self,
        events: Iterable[Event],
        roots: dict[str, tuple[str, int]],
        cost_events: list[dict],
        local_day: Callable[[datetime], date],
        as_of: datetime,
    ) -> None:
        self.events = list(events)
        self.roots = roots
        self.cost_events = cost_events
        self.local_day = local_day
        self.as_of = as_of

    @cached_property
    def cost_traces(self) -> dict[tuple, dict]:
        """Keyed by trace."""
        members: dict[str, list[Event]] = defaultdict(list)
        by_id = {}
        for event in self.events:
            by_id[event.event_id] = event
            members[self.roots[event.event_id][0]].append(event)
        amounts: dict[str, list[Decimal | None]] = defaultdict(list)
        own_amounts: dict[str, list[Decimal | None]] = defaultdict(list)
        for cost in self.cost_events:
            amounts[cost["trace_id"]].append(cost["cost_amount"])
            if cost["trace_id"] == cost["event_id"]:
                own_amounts[cost["trace_id"]].append(cost["cost_amount"])
        return {
            (trace_id,): {
                "event_name": by_id[trace_id].name,
                "event_source": by_id[trace_id].event_source,
                "customer_id": by_id[trace_id].customer_id,
                "event_count": len(found),
                "depth": max(self.roots[event.event_id][1] for event in found),
                "cost_amount": sum_known(amounts[trace_id]),
                "own_cost_amount": sum_known(own_amounts[trace_id]),
                "unconverted_count": amounts[trace_id].count(None),
                "occurred_at": by_id[trace_id].occurred_at,
                "started_at": min(event.occurred_at for event in found),
                "ended_at": max(event.occurred_at for event in found),
            }
            for trace_id, found in members.items()
        }

    @cached_property
    def _of_users(self) -> dict[str, list[dict]]:
        """Event name of the root -> its traces, of roots that users sent."""
        by_name: dict[str, list[dict]] = defaultdict(list)
        for (trace_id,), trace in self.cost_traces.items():
            if trace["event_source"] == "user":
                by_name[trace["event_name"]].append({"trace_id": trace_id, **trace})
        return by_name

    @cached_property
    def cost_trace_statistics(self) -> dict[tuple, dict]:
        """Keyed by event name."""
        return {(name,): _sum_traces(traces) for name, traces in self._of_users.items()}

    @cached_property
    def cost_trace_statistics_daily(self) -> dict[tuple, dict]:
        """Keyed by event name and day of the root, days without traces included."""
        days = [self.local_day(trace["occurred_at"]) for trace in self.cost_traces.values()]
        if not days:
            return {}
        end = max(self.local_day(self.as_of), *days)
        table = {}
        for name, traces in self._of_users.items():
            by_day: dict[date, list[dict]] = defaultdict(list)
            for trace in traces:
                by_day[self.local_day(trace["occurred_at"])].append(trace)
            day = min(days)
            while day <= end:
                table[name, day] = _sum_traces(by_day[day]) if day in by_day else dict(NO_TRACES)
                day += timedelta(days=1)
        return table

    @cached_property
    def cost_outliers(self) -> dict[tuple, dict]:
        """Keyed by trace. The comparison is exact, so that a name's dearest trace is always one."""
        table = {}
        for name, traces in self._of_users.items():
            known = [trace["cost_amount"] for trace in traces if trace["cost_amount"] is not None]
            for trace in traces:
                cost = trace["cost_amount"]
                if not cost or cost < percentile(known, PERCENTILES["p99"]):
                    continue
                table[trace["trace_id"],] = {
                    "event_name": name,
                    "customer_id": trace["customer_id"],
                    "cost_amount": cost,
                    "average_amount": round_to(average(known), RATIO_DECIMALS),
                    "p99_amount": round_to(percentile(known, PERCENTILES["p99"]), RATIO_DECIMALS),
                    "ratio_to_average": divide(cost, average(known)),
                    "occurred_at": trace["occurred_at"],
                }
        return table
