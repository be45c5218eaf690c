"""What the sample's customers buy: subscriptions, orders, refunds and disputes."""

from calendar import monthrange
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import ROUND_HALF_EVEN, Decimal

from sample_data.chance import Chance
from sample_data.company import (
    AMERICAN_TAX_BASIS_POINTS,
    BUSINESS,
    EURO_TAX_PERCENT,
    LARGE_TOP_UP,
    PRO,
    SMALL_TOP_UP,
    STARTER,
    SWEDISH_ORDER_CUSTOMER,
    YEAR_END,
    Customer,
    EuroRates,
    Plan,
    random_moment,
)

FEE_PERCENT = 5
FEE_FIXED_CENTS = 50
LAUNCH_DISCOUNT_PERCENT = 20
DISCOUNTED_PER_THOUSAND = 120
CONVERSION_PER_THOUSAND = 830
CHURN_PER_THOUSAND = {"starter": 60, "pro": 45, "business": 120}
IMMEDIATE_REVOKE_PER_THOUSAND = 150
UPGRADE_PER_THOUSAND = 35
RETURN_PER_THOUSAND = 150
TOP_UP_PER_THOUSAND = 70
FREQUENT_TOP_UP_PER_THOUSAND = 450
REFUND_PER_THOUSAND = 26
PARTIAL_REFUND_PER_THOUSAND = 450
SECOND_REFUND_PER_THOUSAND = 200
LONGEST_REFUND_DAYS = 45
CANCEL_REASONS = ("too_expensive", "unused", "missing_features", "switched_service", "other")
REFUND_REASONS = ("customer_request", "duplicate", "service_disruption", "satisfaction_guarantee")

PAST_DUE_ORDERS = 3
CREDIT_ORDERS = 2
DISPUTED_ORDERS = 3
DISPUTE_FEE_CENTS = 1500
SWEDISH_ORDER_AT = datetime(2025, 11, 20, 13, 5, 41, 118_205, tzinfo=UTC)
SWEDISH_ORDER_AMOUNT = 42_000
SWEDISH_ORDER_FEE = 271

LEDGER_START = datetime(2026, 3, 1, tzinfo=UTC)
"""From here on the export of events holds the billing system's own events too."""


@dataclass
class Subscription:
    """A subscription in its last state. `changes` are (moment, plan) from the start on."""

    subscription_id: str
    customer: Customer
    started_at: datetime
    changes: list[tuple[datetime, Plan]]
    trial_end: datetime | None = None
    period_start: datetime | None = None
    period_end: datetime | None = None
    status: str = "active"
    canceled_at: datetime | None = None
    ends_at: datetime | None = None
    ended_at: datetime | None = None
    cancel_reason: str | None = None
    past_due_at: datetime | None = None

    @property
    def plan(self) -> Plan:
        """The plan in force at the end."""
        return self.changes[-1][1]

    @property
    def amount(self) -> int:
        """The price of a period, in cents of the customer's currency."""
        return self.plan.price(self.customer.currency)

    @property
    def modified_at(self) -> datetime | None:
        """The latest moment at which something changed."""
        moments = (self.canceled_at, self.ended_at, self.past_due_at, self.period_start)
        return max((moment for moment in moments if moment), default=None)


@dataclass
class Refund:
    """A refund; amounts are positive cents of the order's currency, `amount` is without tax."""

    refund_id: str
    created_at: datetime
    amount: int
    tax_amount: int
    status: str
    reason: str


@dataclass
class Line:
    """A line of an order, amounts in cents."""

    line_id: str
    label: str
    amount: int
    tax_amount: int = 0
    is_proration: bool = False


@dataclass
class Order:
    """An order. Amounts are cents of `currency`, the fee US cents."""

    order_id: str
    customer: Customer
    plan: Plan
    subscription: Subscription | None
    created_at: datetime
    currency: str
    billing_reason: str
    lines: list[Line]
    discount_amount: int
    tax_amount: int
    is_tax_inclusive: bool
    fee_amount: int
    settlement_rate: Decimal | None
    applied_balance_amount: int = 0
    is_pending: bool = False
    refunds: list[Refund] = field(default_factory=list)
    dispute_won: bool | None = None

    @property
    def subtotal_amount(self) -> int:
        """The sum of the lines."""
        return sum(line.amount for line in self.lines)

    @property
    def net_amount(self) -> int:
        """Subtotal less discount, and less the tax where prices contain it."""
        inclusive_tax = self.tax_amount if self.is_tax_inclusive else 0
        return self.subtotal_amount - self.discount_amount - inclusive_tax

    @property
    def total_amount(self) -> int:
        """Net amount and tax."""
        return self.net_amount + self.tax_amount

    @property
    def due_amount(self) -> int:
        """What is left to pay after the wallet."""
        return max(0, self.total_amount + self.applied_balance_amount)

    @property
    def is_in_ledger(self) -> bool:
        """Whether the events export holds this order's system events."""
        return self.created_at >= LEDGER_START and not self.is_pending

    def refunds_until(self, moment: datetime) -> list[Refund]:
        """Return the refunds that had gone through before `moment`."""
        return [
            refund
            for refund in self.refunds
            if refund.status == "succeeded" and refund.created_at < moment
        ]

    def status_at(self, moment: datetime) -> str:
        """Return the status that an export at `moment` shows."""
        if self.is_pending:
            return "pending"
        refunded = sum(refund.amount for refund in self.refunds_until(moment))
        if refunded == 0:
            return "paid"
        is_whole = refunded >= self.net_amount + self.applied_balance_amount
        return "refunded" if is_whole else "partially_refunded"

    def settle(self, amount: int) -> int:
        """Return `amount` cents of the order's currency in US cents, half to even."""
        if self.settlement_rate is None:
            return amount
        return round_half_even(amount * self.settlement_rate)


@dataclass
class Sales:
    """Everything sold, in order of time."""

    subscriptions: list[Subscription] = field(default_factory=list)
    orders: list[Order] = field(default_factory=list)


def round_half_even(amount: Decimal) -> int:
    """Round to a whole number, halves to the even neighbour."""
    return int(amount.quantize(Decimal(1), ROUND_HALF_EVEN))


def add_months(anchor: datetime, months: int) -> datetime:
    """Return `anchor` moved by `months`, its day held down to the month's last."""
    years, month_index = divmod(anchor.month - 1 + months, 12)
    year, month = anchor.year + years, month_index + 1
    return anchor.replace(year=year, month=month, day=min(anchor.day, monthrange(year, month)[1]))


def simulate_sales(seed: int, customers: list[Customer], rates: EuroRates) -> Sales:
    """Let every customer subscribe, pay, top up and leave; sets their `active_spans`.

    Returns:
        Subscriptions by start and orders by creation, with refunds and disputes.
    """
    sales = Sales()
    for customer in customers:
        _Shopper(seed, customer, rates, sales).live()
    sales.subscriptions.sort(key=lambda subscription: subscription.started_at)
    sales.orders.sort(key=lambda order: order.created_at)
    _leave_some_unpaid(sales)
    _pay_some_from_wallet(sales)
    _refund_some(seed, sales)
    _dispute_some(sales)
    return sales


class _Shopper:
    """One customer's way through the year."""

    def __init__(self, seed: int, customer: Customer, rates: EuroRates, sales: Sales) -> None:
        self.chance = Chance(seed, "sales", customer.number)
        self.customer = customer
        self.rates = rates
        self.sales = sales

    def live(self) -> None:
        customer = self.customer
        begin = random_moment(self.chance, customer.created_at, 7200)
        if customer.plan is None:
            days = 10 if customer.segment == "visitor" else 3650
            until = min(begin + timedelta(days=days), customer.leaves_at)
            customer.active_spans.append((begin, until, None))
            if customer.segment == "top-ups only":
                self.top_up(begin, until, FREQUENT_TOP_UP_PER_THOUSAND)
            if customer.number == SWEDISH_ORDER_CUSTOMER:
                self.buy_in_kronor()
            return
        start, plan = begin, customer.plan
        while start < customer.leaves_at:
            subscription = self.subscribe(start, plan, is_first=start == begin)
            ended_at = subscription.ended_at
            if ended_at is None or not self.chance.happens(RETURN_PER_THOUSAND):
                break
            start = ended_at + timedelta(days=self.chance.whole(35, 80))
            plan = subscription.plan

    def subscribe(self, start: datetime, plan: Plan, *, is_first: bool) -> Subscription:
        chance, customer = self.chance, self.customer
        subscription = Subscription(chance.uuid(), customer, start, [(start, plan)])
        self.sales.subscriptions.append(subscription)
        reason = "subscription_create"
        anchor = start
        if plan.trial_days and is_first:
            anchor = start + timedelta(days=plan.trial_days)
            subscription.trial_end = anchor
            subscription.period_start, subscription.period_end = start, anchor
            subscription.status = "trialing"
            self.order(start, plan, subscription, reason, trial=True)
            reason = "subscription_cycle"
            converts = customer.segment != "trial only" and chance.happens(CONVERSION_PER_THOUSAND)
            if not converts:
                self.cancel(subscription, start, anchor)
        if not self.end_if_left(subscription):
            self.run_periods(subscription, anchor, reason)
        until = subscription.ended_at or YEAR_END
        for (since, changed_plan), change in zip(
            subscription.changes, [*subscription.changes[1:], (until, None)], strict=True
        ):
            customer.active_spans.append((since, change[0], changed_plan))
        self.top_up(start, until, TOP_UP_PER_THOUSAND)
        return subscription

    def run_periods(self, subscription: Subscription, anchor: datetime, reason: str) -> None:
        chance = self.chance
        periods = 0
        period_start = anchor
        while subscription.canceled_at is None and period_start < YEAR_END:
            plan = subscription.plan
            periods += 1
            period_end = add_months(anchor, periods * plan.months)
            subscription.status = "active"
            subscription.period_start, subscription.period_end = period_start, period_end
            self.order(period_start, plan, subscription, reason, discount=periods == 1)
            reason = "subscription_cycle"
            stays = self.customer.segment == "heavy"
            if plan is STARTER and not stays and chance.happens(UPGRADE_PER_THOUSAND):
                self.upgrade(subscription, period_start, period_end)
            elif not stays and chance.happens(CHURN_PER_THOUSAND[plan.key]):
                self.cancel(subscription, period_start, period_end)
            self.end_if_left(subscription)
            period_start = period_end

    def cancel(self, subscription: Subscription, since: datetime, period_end: datetime) -> None:
        chance = self.chance
        within = int((period_end - since).total_seconds()) - 60
        canceled_at = random_moment(chance, since + timedelta(seconds=30), within)
        if canceled_at >= YEAR_END:
            return
        subscription.canceled_at = canceled_at
        subscription.cancel_reason = chance.pick(CANCEL_REASONS)
        if chance.happens(IMMEDIATE_REVOKE_PER_THOUSAND):
            subscription.ends_at = subscription.ended_at = canceled_at
            subscription.status = "canceled"
            return
        subscription.ends_at = period_end
        if period_end < YEAR_END:
            # The billing system works a few minutes behind the boundary.
            ended_at = random_moment(chance, period_end, 600)
            if ended_at < YEAR_END:
                subscription.ended_at = ended_at
                subscription.status = "canceled"

    def end_if_left(self, subscription: Subscription) -> bool:
        """End the subscription at once when its customer is deleted in the current period."""
        deleted_at = self.customer.deleted_at
        period_end = subscription.period_end
        if deleted_at and period_end and deleted_at < (subscription.ended_at or period_end):
            subscription.canceled_at = subscription.canceled_at or deleted_at
            subscription.ends_at = subscription.ended_at = deleted_at
            subscription.status = "canceled"
        return subscription.ended_at is not None

    def upgrade(self, subscription: Subscription, start: datetime, end: datetime) -> None:
        length = int((end - start).total_seconds())
        moment = random_moment(self.chance, start + timedelta(seconds=60), length - 120)
        if moment >= YEAR_END:
            return
        remaining = int((end - moment).total_seconds())
        currency = self.customer.currency
        lines = [
            Line(
                self.chance.uuid(),
                f"{word} time on {plan.name}",
                sign * (plan.price(currency) * remaining // length),
                is_proration=True,
            )
            for word, sign, plan in (("Remaining", 1, PRO), ("Unused", -1, STARTER))
        ]
        subscription.changes.append((moment, PRO))
        self.order(moment, PRO, subscription, "subscription_update", lines=lines)

    def top_up(self, start: datetime, until: datetime, per_thousand: int) -> None:
        month = 0
        while (begin := add_months(start, month)) < until:
            month += 1
            if self.chance.happens(per_thousand):
                moment = random_moment(self.chance, begin, 27 * 86_400)
                plan = self.chance.weighted([(SMALL_TOP_UP, 3), (LARGE_TOP_UP, 1)])
                if moment < until:
                    self.order(moment, plan, None, "purchase")

    def buy_in_kronor(self) -> None:
        line = Line(self.chance.uuid(), "500 credits", SWEDISH_ORDER_AMOUNT)
        order = self.order(SWEDISH_ORDER_AT, SMALL_TOP_UP, None, "purchase", lines=[line])
        order.currency = "sek"
        order.fee_amount = SWEDISH_ORDER_FEE

    def order(
        self,
        moment: datetime,
        plan: Plan,
        subscription: Subscription | None,
        reason: str,
        *,
        lines: list[Line] | None = None,
        trial: bool = False,
        discount: bool = False,
    ) -> Order:
        chance, customer = self.chance, self.customer
        price = 0 if trial else plan.price(customer.currency)
        lines = lines or [
            Line(chance.uuid(), f"Trial of {plan.name}" if trial else plan.name, price)
        ]
        base = sum(line.amount for line in lines)
        is_discounted = (
            discount and plan is not BUSINESS and chance.happens(DISCOUNTED_PER_THOUSAND)
        )
        discount_amount = base * LAUNCH_DISCOUNT_PERCENT // 100 if is_discounted else 0
        is_inclusive = customer.currency == "eur"
        lines[0].tax_amount = tax = _tax(customer, base - discount_amount)
        rate = self.rates.settlement(moment) if is_inclusive else None
        order = Order(
            order_id=chance.uuid(),
            customer=customer,
            plan=plan,
            subscription=subscription,
            created_at=moment,
            currency=customer.currency,
            billing_reason=reason,
            lines=lines,
            discount_amount=discount_amount,
            tax_amount=tax,
            is_tax_inclusive=is_inclusive,
            fee_amount=0,
            settlement_rate=rate,
        )
        settled = order.settle(order.net_amount)
        if settled:
            order.fee_amount = (settled * FEE_PERCENT + 50) // 100 + FEE_FIXED_CENTS
        self.sales.orders.append(order)
        return order


def _tax(customer: Customer, base: int) -> int:
    """The tax on `base` cents, contained in it for euro prices, on top of it for others."""
    if not customer.is_taxed:
        return 0
    if customer.currency == "eur":
        percent = EURO_TAX_PERCENT[customer.country]
        return (2 * base * percent + 100 + percent) // (2 * (100 + percent))
    return (base * AMERICAN_TAX_BASIS_POINTS + 5000) // 10_000


def _leave_some_unpaid(sales: Sales) -> None:
    """The last renewals of a few customers are not paid yet when the year ends."""
    renewals = [
        order
        for order in sales.orders
        if order.billing_reason == "subscription_cycle"
        and order.subscription.status == "active"
        and order.subscription.period_start == order.created_at
    ]
    for order in renewals[-PAST_DUE_ORDERS:]:
        order.is_pending = True
        order.fee_amount = 0
        order.subscription.status = "past_due"
        order.subscription.past_due_at = order.created_at + timedelta(minutes=5)


def _pay_some_from_wallet(sales: Sales) -> None:
    """A few renewals cost their customer nothing: the wallet covers them whole."""
    renewals = [
        order
        for order in sales.orders
        if order.is_in_ledger and order.billing_reason == "subscription_cycle" and order.net_amount
    ]
    for order in renewals[:: max(1, len(renewals) // CREDIT_ORDERS)][:CREDIT_ORDERS]:
        order.applied_balance_amount = -order.total_amount


def _refund_some(seed: int, sales: Sales) -> None:
    oddities = ["pending", "failed"]
    for order in sales.orders:
        chance = Chance(seed, "refund", order.order_id)
        refundable = order.net_amount + order.applied_balance_amount
        if refundable <= 0 or order.is_pending or not chance.happens(REFUND_PER_THOUSAND):
            continue
        is_partial = chance.happens(PARTIAL_REFUND_PER_THOUSAND)
        amount = refundable * chance.whole(10, 60) // 100 if is_partial else refundable
        status = "succeeded"
        if oddities and order.created_at >= LEDGER_START:
            status = oddities.pop()
        moment = _refund(order, chance, order.created_at, amount, status)
        if is_partial and moment and chance.happens(SECOND_REFUND_PER_THOUSAND):
            _refund(order, chance, moment, refundable - amount, "succeeded")


def _refund(
    order: Order, chance: Chance, since: datetime, amount: int, status: str
) -> datetime | None:
    """Refund `amount` some days after `since`, unless that is beyond the year's end."""
    moment = random_moment(chance, since, LONGEST_REFUND_DAYS * 86_400)
    if moment >= YEAR_END or amount == 0:
        return None
    before = order.refunds_until(moment)
    remaining_tax = order.tax_amount - sum(refund.tax_amount for refund in before)
    remaining = order.net_amount + order.applied_balance_amount - sum(r.amount for r in before)
    tax = remaining_tax
    if amount < remaining:
        share = round_half_even(Decimal(amount * order.tax_amount) / order.net_amount)
        tax = min(share, remaining_tax)
    refund = Refund(chance.uuid(), moment, amount, tax, status, chance.pick(REFUND_REASONS))
    order.refunds.append(refund)
    return moment


def _dispute_some(sales: Sales) -> None:
    candidates = [
        order
        for order in sales.orders
        if order.is_in_ledger
        and order.currency == "usd"
        and order.due_amount > 0
        and not order.refunds
        and order.created_at < YEAR_END - timedelta(days=90)
    ]
    step = max(1, len(candidates) // DISPUTED_ORDERS)
    for position, order in enumerate(candidates[::step][:DISPUTED_ORDERS]):
        order.dispute_won = position == 0
