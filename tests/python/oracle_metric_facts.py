"""What the dashboard's metrics are made of: the ledger, orders and lives of subscriptions.

Written from `spec/polar.md`: the table of what is adopted, and sections 7.2 to 7.4 and 8.2. Money
is in cents, as Polar settles: whole, and rounded half to even where it is converted.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from functools import cached_property

from oracle import ORDER_EVENTS, PAID_STATUSES, Oracle
from oracle_costs import price
from oracle_definitions import POLAR_COST
from oracle_values import CURRENCY_EXPONENTS, EXACT, Event, RejectError, Row, parse_time

REFUND_KINDS = ("refund", "refund_reversal")
ORDER_KINDS = ("order", "credit_order")
ADJUSTMENT_KINDS = (*REFUND_KINDS, "dispute", "dispute_reversal")
ENDS_OF_CANCELLATION = ("subscription.uncanceled", "subscription.reinstated")
LIFE_EVENTS = (
    "subscription.created",
    "subscription.canceled",
    "subscription.revoked",
    "subscription.cycled",
    "subscription.product_updated",
    *ENDS_OF_CANCELLATION,
)


@dataclass(frozen=True)
class SystemEvent:
    """One event of Polar's own."""

    name: str
    occurred_at: datetime
    customer_id: str | None
    metadata: dict

    def time(self, field: str) -> datetime | None:
        """Read an instant of its metadata."""
        return _time(self.metadata, field)


@dataclass(frozen=True)
class LedgerRow:
    """One balance event, or what a record says where there is none.

    Attributes:
        kind: `order`, `credit_order`, `refund`, ...
        order_id: the order that it is about.
        refund_id: the refund that it tells of.
        customer_id: as the event has it.
        subscription_id: as the event has it.
        amount: signed; of refunds and disputes as they were settled.
        net_amount: of orders, as they were charged.
        currency: of the amount.
        presentment_amount: what was charged.
        presentment_currency: in which it was charged.
        fee: positive.
        exchange_rate: None and 0 are no rate.
        occurred_at: when it happened.
        order_created_at: when its order was made, if it says so.
    """

    kind: str
    order_id: str | None
    refund_id: str | None
    customer_id: str | None
    subscription_id: str | None
    amount: int | None
    net_amount: int | None
    currency: str | None
    presentment_amount: int | None
    presentment_currency: str | None
    fee: int
    exchange_rate: Fraction | None
    occurred_at: datetime
    order_created_at: datetime | None

    @property
    def dated_at(self) -> datetime:
        """The instant that revenue is counted at."""
        return self.order_created_at or self.occurred_at

    @property
    def given_rate(self) -> Fraction | None:
        """The rate of its own that it names, or that its amounts imply."""
        if self.exchange_rate:
            return self.exchange_rate
        if self.presentment_amount and self.amount is not None:
            return Fraction(self.amount, self.presentment_amount)
        return None

    @property
    def native(self) -> int:
        """What is converted into the settlement currency."""
        return (self.amount or 0) if self.net_amount is None else self.net_amount

    @property
    def order_revenue(self) -> int:
        """The revenue of an order's own row, by the rate that it names (7.4)."""
        return round(self.native * (self.exchange_rate or 1))

    @property
    def adjustment(self) -> int:
        """What a refund, dispute or reversal moves; what is settled is not converted again."""
        return (self.amount or 0) if self.net_amount is None else self.order_revenue


@dataclass(frozen=True)
class OrderFact:
    """One order as the metrics of orders count it (7.4)."""

    dated_at: datetime
    subscription_id: str | None
    revenue: int
    net_revenue: int


@dataclass(frozen=True)
class Cancellation:
    """The cancellation of a subscription that stands."""

    canceled_at: datetime
    reason: str


@dataclass(frozen=True)
class Life:
    """What is known of a subscription by its events, else by its record.

    Attributes:
        created_at: the instants of its creation: one.
        started_at: None when nothing tells.
        ends_at: the end by what happened to it last.
        cancellation: None when it was not canceled, or no longer is.
    """

    created_at: tuple[datetime, ...]
    started_at: datetime | None
    ends_at: datetime | None
    cancellation: Cancellation | None


def _time(values: dict, name: str) -> datetime | None:
    return None if values.get(name) is None else parse_time(values[name])


def read_cost(event: Event) -> Decimal | None:
    """Return the cents of an event's `_cost`, None without any; of whatever currency they are."""
    try:
        priced = price(event, POLAR_COST, "usd")
    except RejectError:
        return None
    if priced is None:
        return None
    amount, currency, _ = priced
    return EXACT.scaleb(amount, CURRENCY_EXPONENTS[currency])


class Facts:
    """All that happened up to an instant.

    Whether events or records tell of something is decided by all that was landed, also of later.
    Records of subscriptions, seats and checkouts are what they are today.

    Args:
        oracle: has judged the landed files.
        as_of: the clock.
    """

    def __init__(self, oracle: Oracle, as_of: datetime) -> None:
        self.as_of = as_of
        polar = [event for event in oracle.all_events if event.source_system == "polar"]
        self._landed = list(zip(oracle.events, polar, strict=True))
        self.events: list[tuple[Row, Event]] = [
            (row, event) for row, event in self._landed if event.occurred_at <= as_of
        ]
        self._orders = oracle.orders
        self._refunds = oracle.refunds
        self.subscriptions = [row.record for row in oracle.subscriptions.values()]
        self.checkouts = [row.record for row in oracle.checkouts.values()]
        self.seats = [row.record for row in oracle.customer_seats.values()]

    def _system_events(self, names: Iterable[str]) -> list[SystemEvent]:
        """Return the system events of some names, in the order of their timestamps."""
        found = [
            SystemEvent(event.name, event.occurred_at, row.values["customer_id"], metadata)
            for row, event in self._landed
            if event.event_source == "system"
            and event.name in names
            and isinstance(metadata := row.record.get("metadata"), dict)
        ]
        return sorted(found, key=lambda event: event.occurred_at)

    # The ledger

    @cached_property
    def _balance_rows(self) -> list[LedgerRow]:
        rows = []
        names = [*ORDER_EVENTS, *(f"balance.{kind}" for kind in ADJUSTMENT_KINDS)]
        for event in self._system_events(names):
            kind, metadata = event.name.removeprefix("balance."), event.metadata
            if kind in ORDER_KINDS and not metadata.get("order_id"):
                continue
            rate = metadata.get("exchange_rate")
            rows.append(
                LedgerRow(
                    kind=kind,
                    order_id=metadata.get("order_id"),
                    refund_id=metadata.get("refund_id"),
                    customer_id=event.customer_id,
                    subscription_id=metadata.get("subscription_id"),
                    amount=metadata.get("amount"),
                    net_amount=metadata.get("net_amount"),
                    currency=metadata.get("currency"),
                    presentment_amount=metadata.get("presentment_amount"),
                    presentment_currency=metadata.get("presentment_currency"),
                    fee=metadata.get("fee") or 0,
                    exchange_rate=None if rate is None else Fraction(rate),
                    occurred_at=event.occurred_at,
                    order_created_at=event.time("order_created_at"),
                )
            )
        return rows

    @cached_property
    def _derived_rows(self) -> list[LedgerRow]:
        """Orders and refunds of which the ledger knows nothing."""
        in_ledger = {row.order_id for row in self._balance_rows}
        told = {row.order_id for row in self._balance_rows if row.kind in ORDER_KINDS}
        told_refunds = {row.refund_id for row in self._balance_rows if row.kind == "refund"}
        rows = []
        recorded: dict[str, int] = defaultdict(int)
        for refund_id, refund in self._refunds.items():
            values = refund.values
            if values["status"] != "succeeded":
                continue
            recorded[values["order_id"]] += values["amount"]
            if refund_id not in told_refunds:
                order_id, amount = values["order_id"], -values["amount"]
                rows.append(self._derive("refund", order_id, amount, values["created_at"]))
        for order_id, order in self._orders.items():
            values = order.values
            if self._is_paid(order) and order_id not in told:
                amount, fee = values["net_amount"], values["platform_fee_amount"] or 0
                rows.append(self._derive("order", order_id, amount, values["created_at"], fee))
            remainder = (values["refunded_amount"] or 0) - recorded[order_id]
            if remainder > 0 and order_id not in in_ledger:
                refunded_at = values["modified_at"] or values["created_at"]
                rows.append(self._derive("refund", order_id, -remainder, refunded_at))
        return rows

    @staticmethod
    def _is_paid(order: Row) -> bool:
        if order.values["paid"] is None:
            return order.values["status"] in PAID_STATUSES
        return order.values["paid"]

    def _derive(
        self, kind: str, order_id: str, amount: int, occurred_at: datetime, fee: int = 0
    ) -> LedgerRow:
        """Tell an order or refund by its record; only its order's events know a rate."""
        order = self._orders.get(order_id)
        balance = self._balance_of([row for row in self._balance_rows if row.order_id == order_id])
        return LedgerRow(
            kind=kind,
            order_id=order_id,
            refund_id=None,
            customer_id=None,
            subscription_id=order.record.get("subscription_id") if order else None,
            amount=None,
            net_amount=amount,
            currency=None,
            presentment_amount=None,
            presentment_currency=None,
            fee=fee,
            exchange_rate=balance.exchange_rate if balance else None,
            occurred_at=occurred_at,
            order_created_at=order.values["created_at"] if order else None,
        )

    @cached_property
    def ledger(self) -> list[LedgerRow]:
        """All rows, told and derived."""
        rows = [*self._balance_rows, *self._derived_rows]
        return [row for row in rows if row.occurred_at <= self.as_of]

    def revenue_of(self, row: LedgerRow) -> int:
        """Return the revenue of an order's row (7.3)."""
        rate = row.given_rate
        if rate is None and row.kind == "credit_order" and row.amount:
            rate = self._earlier_rate(row)
        return round(row.native * (1 if rate is None else rate))

    def _earlier_rate(self, row: LedgerRow) -> Fraction | None:
        """Find the rate of the customer's last order in a currency, better of the subscription."""
        candidates = [
            (
                row.subscription_id is not None and other.subscription_id == row.subscription_id,
                other.occurred_at,
                other.given_rate,
            )
            for other in self._balance_rows
            if other.kind == "order"
            and other.given_rate is not None
            and other.customer_id == row.customer_id
            and other.customer_id is not None
            and (other.presentment_currency or other.currency) == row.currency
            and other.order_id != row.order_id
            and other.occurred_at < row.occurred_at
        ]
        return max(candidates)[2] if candidates else None

    @cached_property
    def payments(self) -> list[tuple[datetime, str, Fraction]]:
        """When an order was paid, in which currency, and at which rate."""
        return [
            (row.dated_at, row.presentment_currency.lower(), row.given_rate)
            for row in self.ledger
            if row.kind == "order" and row.presentment_currency and row.given_rate is not None
        ]

    # Orders

    @staticmethod
    def _balance_of(rows: list[LedgerRow]) -> LedgerRow | None:
        """Return the row that tells what an order is worth."""
        ranked = [row for row in rows if row.kind in ORDER_KINDS]
        return max(
            ranked,
            key=lambda row: (row.kind == "order", row.occurred_at, row.order_revenue),
            default=None,
        )

    @cached_property
    def order_facts(self) -> list[OrderFact]:
        """Every order that was paid or is in the ledger."""
        # Sorted by their timestamps: the last one stays.
        paid = {
            event.metadata["order_id"]: event
            for event in self._system_events(["order.paid"])
            if event.metadata.get("order_id") and event.occurred_at <= self.as_of
        }
        rows: dict[str, list[LedgerRow]] = defaultdict(list)
        for row in self.ledger:
            if row.order_id is not None:
                rows[row.order_id].append(row)
        told = {row.order_id for row in self._balance_rows if row.kind in ORDER_KINDS}
        facts = []
        for order_id in paid.keys() | rows.keys():
            balance, payment = self._balance_of(rows[order_id]), paid.get(order_id)
            instants = [found.occurred_at for found in (balance, payment) if found is not None]
            if not instants:
                continue
            subscription_id = payment and payment.metadata.get("subscription_id")
            if payment is None and order_id not in told:
                subscription_id = balance.subscription_id
            revenue = self._order_revenue(balance, payment)
            refunded = sum(row.adjustment for row in rows[order_id] if row.kind in REFUND_KINDS)
            fee = balance.fee if balance else 0
            facts.append(
                OrderFact(min(instants), subscription_id, revenue, revenue - fee + refunded)
            )
        return facts

    @staticmethod
    def _order_revenue(balance: LedgerRow | None, payment: SystemEvent | None) -> int:
        if balance is None:
            return 0
        revenue = balance.order_revenue
        if balance.net_amount is None and payment is not None:
            # Older rows say what was settled with the balance that was used.
            applied = max(payment.metadata.get("applied_balance_amount") or 0, 0)
            revenue -= round(applied * (balance.given_rate or 1))
        return revenue

    # Subscriptions

    @cached_property
    def lives(self) -> dict[str, Life]:
        """Subscription -> what happened to it."""
        told: dict[str, list[SystemEvent]] = defaultdict(list)
        for event in self._system_events(LIFE_EVENTS):
            if event.metadata.get("subscription_id"):
                told[event.metadata["subscription_id"]].append(event)
        lives = {
            subscription_id: self._told_life(
                [event for event in events if event.occurred_at <= self.as_of]
            )
            for subscription_id, events in told.items()
        }
        for record in self.subscriptions:
            if record["id"] not in lives:
                lives[record["id"]] = self._recorded_life(record)
        return lives

    @staticmethod
    def _told_life(events: list[SystemEvent]) -> Life:
        """Read events in their order."""
        if not events:
            return Life((), None, None, None)
        started = [event.time("started_at") for event in events]
        last = events[-1]
        ends_at = last.time("ends_at")
        if last.name == "subscription.revoked":
            ends_at = last.occurred_at
        elif last.name == "subscription.canceled":
            ends_at = ends_at or last.time("canceled_at") or last.occurred_at
        cancellation = None
        canceled = [
            event
            for event in events
            if event.name == "subscription.canceled" and event.time("canceled_at")
        ]
        if canceled:
            latest = max(canceled, key=lambda event: (event.time("canceled_at"), event.occurred_at))
            is_undone = any(
                event.name in ENDS_OF_CANCELLATION
                and event.occurred_at > latest.time("canceled_at")
                for event in events
            )
            if not is_undone:
                reason = latest.metadata.get("customer_cancellation_reason") or "other"
                cancellation = Cancellation(latest.time("canceled_at"), reason)
        return Life(
            created_at=tuple(
                event.occurred_at for event in events if event.name == "subscription.created"
            ),
            started_at=min((instant for instant in started if instant), default=None),
            ends_at=ends_at,
            cancellation=cancellation,
        )

    def _recorded_life(self, record: dict) -> Life:
        """Tell a life as its record has it: new at its start, canceled when it was canceled."""
        started_at = _time(record, "started_at")
        canceled_at = _time(record, "canceled_at")
        created_at = ()
        if started_at is not None and started_at <= self.as_of:
            created_at = (started_at,)
        cancellation = None
        if canceled_at is not None:
            reason = record.get("customer_cancellation_reason") or "other"
            cancellation = Cancellation(canceled_at, reason)
        return Life(
            created_at=created_at,
            started_at=started_at,
            ends_at=_time(record, "ended_at") or _time(record, "ends_at") or canceled_at,
            cancellation=cancellation,
        )

    # Seats

    @cached_property
    def _payers(self) -> dict[str, str]:
        """Order or subscription -> who pays for it."""
        payers = {order_id: order.values["customer_id"] for order_id, order in self._orders.items()}
        return payers | {record["id"]: record["customer_id"] for record in self.subscriptions}

    def payer_of(self, seat: dict) -> str | None:
        """Return who pays for a seat, as far as it is known."""
        for name in ("subscription_id", "order_id"):
            if seat.get(name) is not None:
                return self._payers.get(seat[name])
        return None
