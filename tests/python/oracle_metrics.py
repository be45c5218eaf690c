"""The dashboard's metrics as the oracle counts them, one row per period.

Written from `spec/polar.md`, section 8.2: money in cents, counts and sums whole, ratios exact until
they are rounded once, half away from zero. A row has a value per slug and `active_customers`, the
people with an event, each counted once.
"""

from collections import defaultdict
from collections.abc import Iterable
from datetime import UTC, datetime
from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from zoneinfo import ZoneInfo

from oracle import Oracle
from oracle_metric_facts import ADJUSTMENT_KINDS, ORDER_KINDS, Facts, read_cost
from oracle_metric_periods import Periods
from oracle_values import EXACT, RATIO_DECIMALS, LandedFile, Settings, parse_time, round_to

Value = int | Decimal | None
MetricRow = dict[str, Value]

CANCELLATION_REASONS = (
    "customer_service",
    "low_quality",
    "missing_features",
    "switched_service",
    "too_complex",
    "too_expensive",
    "unused",
    "other",
)
# Before this, checkouts that were never opened count at their creation.
OPENED_SINCE = datetime(2026, 1, 22, 12, 13, tzinfo=UTC)
CHURN_DAYS = 30
OLDEST = datetime(2000, 1, 1, tzinfo=UTC)
# How the metrics add up over periods; the others of a total are made of these.
SUMMED = (
    "churned_subscriptions",
    "orders",
    "revenue",
    "net_revenue",
    "one_time_products",
    "one_time_products_revenue",
    "one_time_products_net_revenue",
    "new_subscriptions",
    "new_subscriptions_revenue",
    "new_subscriptions_net_revenue",
    "renewed_subscriptions",
    "renewed_subscriptions_revenue",
    "renewed_subscriptions_net_revenue",
    "canceled_subscriptions",
    *(f"canceled_subscriptions_{reason}" for reason in CANCELLATION_REASONS),
    "costs",
    "cashflow",
    "checkouts",
    "succeeded_checkouts",
    "new_seat_customers",
    "churned_seat_customers",
)
LASTING = (
    "active_subscriptions",
    "committed_subscriptions",
    "monthly_recurring_revenue",
    "trial_monthly_recurring_revenue",
    "committed_monthly_recurring_revenue",
    "trial_committed_monthly_recurring_revenue",
    "annual_recurring_revenue",
    "committed_annual_recurring_revenue",
    "average_revenue_per_user",
    "churn_rate",
    "ltv",
    "cumulative_revenue",
    "net_cumulative_revenue",
    "cumulative_costs",
    "gross_margin",
    "gross_margin_percentage",
    "seats_total",
    "seats_claimed",
    "seats_pending",
    "seat_customers",
    "average_seats_per_customer",
    "seat_utilization_rate",
)


def round_half_away(value: Fraction) -> int:
    """Round to a whole number, halves away from zero."""
    whole = int(abs(value) + Fraction(1, 2))
    return whole if value >= 0 else -whole


def ratio(value: Fraction | int) -> Decimal:
    """Round to the decimals of ratios, halves away from zero."""
    value = Fraction(value)
    # The exact quotient has no end: 200 digits decide the twelfth decimal safely.
    quotient = EXACT.divide(Decimal(value.numerator), Decimal(value.denominator))
    return round_to(quotient, RATIO_DECIMALS)


def divide(dividend: Fraction | int, divisor: Fraction | int) -> Fraction:
    """Divide exactly; 0 by nothing."""
    return Fraction(dividend) / Fraction(divisor) if divisor else Fraction(0)


def monthly_amount(amount: int, interval: str, count: int) -> int:
    """Spread a price over months."""
    months = {
        "year": Fraction(1, 12),
        "month": Fraction(1),
        "week": Fraction(52, 12),
        "day": Fraction(365, 12),
    }[interval]
    return round_half_away(amount * months / count)


def lifetime_value(revenue: int, cost: Fraction, churn: Fraction) -> int:
    """Return what a user brings until he leaves, 0 while nobody leaves."""
    return max(0, int((revenue - cost) / churn)) if churn else 0


def margin_percentage(revenue: int, costs: Fraction | int) -> Fraction:
    """Return the share of revenue that costs leave."""
    return divide(revenue - costs, revenue) if revenue > 0 else Fraction(0)


def _time(record: dict, name: str) -> datetime | None:
    return None if record.get(name) is None else parse_time(record[name])


def totals_of(rows: list[MetricRow]) -> dict[str, Value | Fraction]:
    """Return what a request for several periods, one after the other, shows as their totals."""

    def total(slug: str) -> Fraction | None:
        values = [row[slug] for row in rows]
        return None if None in values else sum(map(Fraction, values))

    totals = {slug: total(slug) for slug in SUMMED} | {slug: rows[-1][slug] for slug in LASTING}

    def quotient(dividend: str, divisor: str) -> Decimal | None:
        if totals[dividend] is None:
            return None
        return ratio(divide(totals[dividend], totals[divisor]))

    return totals | {
        "average_order_value": quotient("revenue", "orders"),
        "net_average_order_value": quotient("net_revenue", "orders"),
        "active_user_by_event": totals["active_subscriptions"],
        "cost_per_user": quotient("costs", "active_subscriptions"),
        "checkouts_conversion": quotient("succeeded_checkouts", "checkouts"),
    }


class Metrics:
    """The metrics of one organization.

    Args:
        oracle: has judged the landed files.
        as_of: the end of every request.
        zone: of all periods.
    """

    def __init__(self, oracle: Oracle, as_of: datetime, zone: ZoneInfo) -> None:
        self.as_of = as_of
        self.zone = zone
        self.facts = Facts(oracle, as_of)
        # Currency, interval and since when -> period -> average rate.
        self._known_rates: dict[tuple[str, str, datetime], dict[datetime, Fraction]] = {}

    @cached_property
    def first_activity(self) -> datetime:
        """The first instant at which anything happened; the clock when nothing did.

        Times before 2000 are placeholders.
        """
        facts = self.facts
        instants = [event.occurred_at for _, event in facts.events]
        instants += [row.dated_at for row in facts.ledger]
        instants += [order.dated_at for order in facts.order_facts]
        instants += [at for life in facts.lives.values() for at in life.created_at]
        for one in facts.subscriptions:
            times = [
                _time(one, name) for name in ("started_at", "ended_at", "ends_at", "canceled_at")
            ]
            instants += [instant for instant in times if instant is not None]
        instants += [
            life.cancellation.canceled_at for life in facts.lives.values() if life.cancellation
        ]
        instants += [at for one in facts.checkouts if (at := self._opened_at(one))]
        instants += [parse_time(seat["created_at"]) for seat in facts.seats]
        return min([*(instant for instant in instants if instant >= OLDEST), self.as_of])

    def rows(self, interval: str, since: datetime | None = None) -> dict[datetime, MetricRow]:
        """Return the rows of all periods up to the clock, by their starts.

        Args:
            interval: hour, day, week, month or year.
            since: the first instant that is asked for; all by default.
        """
        periods = Periods(interval, self.zone)
        first = self.first_activity if since is None else max(since, self.first_activity)
        starts = periods.between(first, self.as_of)
        rows: dict[datetime, MetricRow] = {start: {} for start in starts}
        for part in (
            self._revenue,
            self._orders,
            self._new_subscriptions,
            self._cancellations,
            self._costs,
            self._subscriptions,
            self._checkouts,
            self._seats,
        ):
            for start, values in part(periods, starts).items():
                rows[start] |= values
        for row in rows.values():
            self._combine(row)
        return rows

    # Revenue, orders and costs

    @staticmethod
    def _add_up(
        periods: Periods,
        starts: list[datetime],
        slug: str,
        cumulative_slug: str,
        items: Iterable[tuple[datetime, int | Fraction]],
    ) -> dict[datetime, MetricRow]:
        """Sum items by period, and all of them from the beginning on."""
        sums: dict[datetime, int | Fraction] = defaultdict(int)
        for instant, amount in items:
            sums[periods.start_of(instant)] += amount
        earlier = sum(amount for start, amount in sums.items() if start < starts[0])
        rows = {}
        for start in starts:
            earlier += sums[start]
            rows[start] = {slug: sums[start], cumulative_slug: earlier}
        return rows

    def _revenue(self, periods: Periods, starts: list[datetime]) -> dict[datetime, MetricRow]:
        facts = self.facts
        gross, net = [], []
        for row in facts.ledger:
            if row.dated_at > self.as_of:
                continue
            if row.kind in ORDER_KINDS:
                revenue = facts.revenue_of(row)
                gross.append((row.dated_at, revenue))
                net.append((row.dated_at, revenue - row.fee))
            elif row.kind in ADJUSTMENT_KINDS:
                net.append((row.dated_at, row.adjustment - row.fee))
        rows = self._add_up(periods, starts, "revenue", "cumulative_revenue", gross)
        net_rows = self._add_up(periods, starts, "net_revenue", "net_cumulative_revenue", net)
        return {start: row | net_rows[start] for start, row in rows.items()}

    def _orders(self, periods: Periods, starts: list[datetime]) -> dict[datetime, MetricRow]:
        grouped = defaultdict(list)
        for order in self.facts.order_facts:
            if order.dated_at <= self.as_of:
                grouped[periods.start_of(order.dated_at)].append(order)
        rows = {}
        for start in starts:
            orders = grouped[start]
            once = [order for order in orders if order.subscription_id is None]
            new, renewed = [], []
            for order in orders:
                life = self.facts.lives.get(order.subscription_id)
                if order.subscription_id is None or life is None or life.started_at is None:
                    continue
                is_new = periods.start_of(life.started_at) == start
                (new if is_new else renewed).append(order)
            row: MetricRow = {
                "orders": len(orders),
                "one_time_products": len(once),
                "renewed_subscriptions": len({order.subscription_id for order in renewed}),
            }
            for name, group in (
                ("one_time_products", once),
                ("new_subscriptions", new),
                ("renewed_subscriptions", renewed),
            ):
                row[f"{name}_revenue"] = sum(order.revenue for order in group)
                row[f"{name}_net_revenue"] = sum(order.net_revenue for order in group)
            revenue = sum(order.revenue for order in orders)
            net_revenue = sum(order.net_revenue for order in orders)
            row["average_order_value"] = -(-revenue // len(orders)) if orders else 0
            row["net_average_order_value"] = -(-net_revenue // len(orders)) if orders else 0
            rows[start] = row
        return rows

    def _costs(self, periods: Periods, starts: list[datetime]) -> dict[datetime, MetricRow]:
        costs: list[tuple[datetime, Fraction]] = []
        ids: dict[datetime, set[tuple[str, str]]] = defaultdict(set)
        people: dict[datetime, set[str]] = defaultdict(set)
        for row, event in self.facts.events:
            start = periods.start_of(event.occurred_at)
            # Of both ids, the customer's own is kept.
            for name in ("customer_id", "external_customer_id"):
                if row.values[name] is not None:
                    ids[start].add((name, row.values[name]))
                    break
            if event.customer_id != "unattributed":
                people[start].add(event.customer_id)
            cost = read_cost(event)
            if cost is not None:
                costs.append((event.occurred_at, Fraction(cost)))
        rows = self._add_up(periods, starts, "costs", "cumulative_costs", costs)
        for start, row in rows.items():
            row["active_user_by_event"] = len(ids[start])
            row["active_customers"] = len(people[start])
        return rows

    # Subscriptions

    def _new_subscriptions(
        self, periods: Periods, starts: list[datetime]
    ) -> dict[datetime, MetricRow]:
        new: dict[datetime, set[str]] = defaultdict(set)
        for subscription_id, life in self.facts.lives.items():
            for created_at in life.created_at:
                start = periods.start_of(created_at)
                if life.ends_at is None or periods.start_of(life.ends_at) > start:
                    new[start].add(subscription_id)
        return {start: {"new_subscriptions": len(new[start])} for start in starts}

    def _cancellations(self, periods: Periods, starts: list[datetime]) -> dict[datetime, MetricRow]:
        reasons = defaultdict(list)
        for life in self.facts.lives.values():
            cancellation = life.cancellation
            if cancellation is not None and cancellation.canceled_at < self.as_of:
                reasons[periods.start_of(cancellation.canceled_at)].append(cancellation.reason)
        return {
            start: {
                "canceled_subscriptions": len(reasons[start]),
                **{
                    f"canceled_subscriptions_{reason}": reasons[start].count(reason)
                    for reason in CANCELLATION_REASONS
                },
            }
            for start in starts
        }

    @cached_property
    def _terms(self) -> list[tuple[dict, datetime | None, datetime | None]]:
        """Every subscription's record, its start and its end."""
        return [
            (
                record,
                _time(record, "started_at"),
                _time(record, "ended_at") or _time(record, "ends_at"),
            )
            for record in self.facts.subscriptions
        ]

    def _subscriptions(self, periods: Periods, starts: list[datetime]) -> dict[datetime, MetricRow]:
        terms = [
            (
                record,
                started_at and periods.start_of(started_at),
                ended_at and periods.start_of(ended_at),
            )
            for record, started_at, ended_at in self._terms
            if started_at is None or started_at <= self.as_of
        ]
        ends = [
            periods.start_of(ended_at)
            for _, _, ended_at in self._terms
            if ended_at is not None and ended_at <= self.as_of
        ]
        rows = {}
        for start in starts:
            active = [
                (record, ended)
                for record, started, ended in terms
                if (started is None or started <= start) and (ended is None or ended > start)
            ]
            sums = {"": 0, "committed_": 0, "trial_": 0, "trial_committed_": 0}
            following = periods.next_of(start)
            for record, ended in active:
                amount = self._monthly(record, periods, start, starts[0])
                trial_end = _time(record, "trial_end")
                trial = "trial_" if trial_end is not None and trial_end >= following else ""
                sums[trial] += amount
                if ended is None:
                    sums[f"{trial}committed_"] += amount
            payers = {record["customer_id"] for record, _ in active}
            rows[start] = {
                "active_subscriptions": len(active),
                "committed_subscriptions": sum(ended is None for _, ended in active),
                **{f"{kind}monthly_recurring_revenue": amount for kind, amount in sums.items()},
                "annual_recurring_revenue": 12 * sums[""],
                "committed_annual_recurring_revenue": 12 * sums["committed_"],
                "average_revenue_per_user": round_half_away(divide(sums[""], len(payers))),
                "churned_subscriptions": ends.count(start),
                "churn_rate": self._churn_rate(periods, start),
            }
        return rows

    def _churn_rate(self, periods: Periods, start: datetime) -> Fraction:
        """Return the share of the subscriptions of a month ago that were canceled since."""
        if periods.interval == "year":
            earlier, later, measured_at = start, periods.next_of(start), start
        else:
            measured_at = periods.days_before(start, CHURN_DAYS)
            earlier, later = measured_at, start
        canceled = sum(
            canceled_at is not None and earlier <= canceled_at < later
            for canceled_at in (_time(record, "canceled_at") for record, _, _ in self._terms)
        )
        there = sum(
            (started_at is None or started_at <= measured_at)
            and (ended_at is None or ended_at > measured_at)
            for _, started_at, ended_at in self._terms
        )
        return divide(canceled, there)

    def _monthly(self, record: dict, periods: Periods, start: datetime, first: datetime) -> int:
        amount = record.get("net_amount")
        if amount is None:
            amount = record["amount"]
        currency = record["currency"].lower()
        if currency != "usd":
            amount = round_half_away(amount * self._rate(currency, periods, start, first))
        return monthly_amount(
            amount, record["recurring_interval"], record.get("recurring_interval_count") or 1
        )

    def _rate(self, currency: str, periods: Periods, start: datetime, first: datetime) -> Fraction:
        """Return a currency's rate: the average of the period's payments, or of the nearest day."""
        rate = self._rates(currency, periods, first).get(start)
        if rate is None and (days := self._rates(currency, self._days, first)):
            # Of two days that are equally near the earlier one counts.
            rate = days[min(days, key=lambda day: (abs(day - start), day))]
        return Fraction(1) if rate is None else rate

    def _rates(self, currency: str, periods: Periods, first: datetime) -> dict[datetime, Fraction]:
        """Return the average rates of a currency by period, of what was paid since an instant."""
        key = (currency, periods.interval, first)
        if key not in self._known_rates:
            found = defaultdict(list)
            for paid_at, paid_currency, rate in self.facts.payments:
                if paid_currency == currency and first <= paid_at <= self.as_of:
                    found[periods.start_of(paid_at)].append(rate)
            self._known_rates[key] = {
                start: sum(rates) / len(rates) for start, rates in found.items()
            }
        return self._known_rates[key]

    @cached_property
    def _days(self) -> Periods:
        return Periods("day", self.zone)

    # Checkouts and seats

    @staticmethod
    def _opened_at(record: dict) -> datetime | None:
        created_at = parse_time(record["created_at"])
        opened_at = _time(record, "opened_at")
        if opened_at is None and isinstance(record.get("analytics_metadata"), dict):
            opened_at = _time(record["analytics_metadata"], "opened_at")
        if opened_at is None and created_at < OPENED_SINCE:
            return created_at
        return opened_at

    def _checkouts(self, periods: Periods, starts: list[datetime]) -> dict[datetime, MetricRow]:
        if not self.facts.checkouts:
            names = ("checkouts", "succeeded_checkouts", "checkouts_conversion")
            return {start: dict.fromkeys(names) for start in starts}
        grouped = defaultdict(list)
        for record in self.facts.checkouts:
            opened_at = self._opened_at(record)
            if opened_at is not None and opened_at <= self.as_of:
                grouped[periods.start_of(opened_at)].append(record["status"] == "succeeded")
        return {
            start: {
                "checkouts": len(grouped[start]),
                "succeeded_checkouts": sum(grouped[start]),
                "checkouts_conversion": divide(sum(grouped[start]), len(grouped[start])),
            }
            for start in starts
        }

    def _seats(self, periods: Periods, starts: list[datetime]) -> dict[datetime, MetricRow]:
        if not self.facts.seats:
            names = [slug for slug in (*SUMMED, *LASTING) if "seat" in slug]
            return {start: dict.fromkeys(names) for start in starts}
        seats = [
            (
                self.facts.payer_of(seat),
                parse_time(seat["created_at"]),
                _time(seat, "claimed_at"),
                _time(seat, "revoked_at"),
            )
            for seat in self.facts.seats
            if parse_time(seat["created_at"]) <= self.as_of
        ]
        lives: dict[str, list[tuple[datetime, datetime | None]]] = defaultdict(list)
        for payer, created_at, _, revoked_at in seats:
            if payer is not None:
                lives[payer].append((created_at, revoked_at))
        new = [periods.start_of(min(created for created, _ in held)) for held in lives.values()]
        gone = [
            periods.start_of(last)
            for held in lives.values()
            if all(revoked is not None for _, revoked in held)
            and (last := max(revoked for _, revoked in held)) <= self.as_of
        ]
        rows = {}
        for start in starts:
            there = [
                (payer, claimed_at)
                for payer, created_at, claimed_at, revoked_at in seats
                if periods.start_of(created_at) <= start
                and (revoked_at is None or periods.start_of(revoked_at) > start)
            ]
            claimed = sum(
                claimed_at is not None and periods.start_of(claimed_at) <= start
                for _, claimed_at in there
            )
            payers = len({payer for payer, _ in there} - {None})
            rows[start] = {
                "seats_total": len(there),
                "seats_claimed": claimed,
                "seats_pending": len(there) - claimed,
                "seat_customers": payers,
                "new_seat_customers": new.count(start),
                "churned_seat_customers": gone.count(start),
                "average_seats_per_customer": divide(len(there), payers),
                "seat_utilization_rate": divide(claimed, len(there)),
            }
        return rows

    # What is made of the others

    @staticmethod
    def _combine(row: dict) -> None:
        costs, revenue = row["cumulative_costs"], row["cumulative_revenue"]
        row["cost_per_user"] = divide(row["costs"], row["active_user_by_event"])
        row["ltv"] = lifetime_value(
            row["average_revenue_per_user"], row["cost_per_user"], row["churn_rate"]
        )
        row["gross_margin"] = revenue - costs
        row["gross_margin_percentage"] = margin_percentage(revenue, costs)
        row["cashflow"] = row["revenue"] - row["costs"]
        for slug, value in row.items():
            if isinstance(value, Fraction):
                row[slug] = ratio(value)


def ask_metrics(files: Iterable[LandedFile], as_of: datetime, zone: str) -> Metrics:
    """Ask the oracle about files.

    Args:
        files: landed files in any order; their load times decide.
        as_of: the clock, UTC with a zone.
        zone: IANA name of the reporting time zone.
    """
    oracle = Oracle(files, Settings(as_of=as_of, reporting_timezone=zone))
    return Metrics(oracle, as_of, ZoneInfo(zone))
