"""The billing system's own events: what Polar writes beside orders, refunds and subscriptions."""

from datetime import datetime, timedelta

from sample_data.company import YEAR_END, Customer
from sample_data.meters import CREDITS_KEY
from sample_data.polar_records import PAYMENT_DELAY, RecordMaker, identifier, timestamp
from sample_data.sales import DISPUTE_FEE_CENTS, LEDGER_START, Order, Refund, Sales, Subscription
from sample_data.usage import Event

DISPUTE_AFTER_DAYS = 20
DISPUTE_DECIDED_AFTER_DAYS = 50
REVOKE_DELAY = timedelta(seconds=1)


def ledger_events(records: RecordMaker, sales: Sales) -> list[Event]:
    """Return the system events since `LEDGER_START`, unsorted.

    An order or subscription from before that has none at all, so that everything about it comes
    from its records alone.
    """
    book = _Book(records)
    for subscription in sales.subscriptions:
        if subscription.started_at >= LEDGER_START:
            book.add_subscription(subscription)
    for order in sales.orders:
        if order.is_in_ledger:
            book.add_order(order)
    return book.events


class _Book:
    def __init__(self, records: RecordMaker) -> None:
        self.records = records
        self.events: list[Event] = []
        self.meter_id = records.meter_id(CREDITS_KEY)

    def add(
        self, name: str, moment: datetime, customer: Customer, metadata: dict[str, object]
    ) -> None:
        if moment >= YEAR_END:
            return
        self.events.append(
            Event(
                event_id=identifier(self.records.seed, name, timestamp(moment), len(self.events)),
                occurred_at=moment,
                delivered_at=moment,
                name=name,
                label=name.replace(".", " ").replace("_", " ").capitalize(),
                owner=customer,
                customer_id=customer.customer_id,
                source="system",
                metadata=metadata,
            )
        )

    def add_subscription(self, subscription: Subscription) -> None:
        customer = subscription.customer
        first_plan = subscription.changes[0][1]
        base = self._subscription_base(subscription)
        self.add(
            "subscription.created",
            subscription.started_at,
            customer,
            base
            | {
                "product_id": self.records.product_ids[first_plan.key],
                "amount": first_plan.price(customer.currency),
                "started_at": timestamp(subscription.started_at),
            },
        )
        for (_, old_plan), (moment, new_plan) in zip(
            subscription.changes, subscription.changes[1:], strict=False
        ):
            self.add(
                "subscription.product_updated",
                moment,
                customer,
                {
                    "subscription_id": subscription.subscription_id,
                    "old_product_id": self.records.product_ids[old_plan.key],
                    "new_product_id": self.records.product_ids[new_plan.key],
                },
            )
        if subscription.canceled_at:
            is_immediate = subscription.ended_at == subscription.ends_at
            reason = {"customer_cancellation_reason": subscription.cancel_reason}
            self.add(
                "subscription.canceled",
                subscription.canceled_at,
                customer,
                base
                | (reason if subscription.cancel_reason else {})
                | {
                    "canceled_at": timestamp(subscription.canceled_at),
                    "ends_at": timestamp(subscription.ends_at),
                    "cancel_at_period_end": not is_immediate,
                },
            )
        if subscription.ended_at:
            moment = subscription.ended_at + REVOKE_DELAY
            self.add("subscription.revoked", moment, customer, base)

    def _subscription_base(self, subscription: Subscription) -> dict[str, object]:
        return {
            "subscription_id": subscription.subscription_id,
            "product_id": self.records.product_ids[subscription.plan.key],
            "amount": subscription.amount,
            "currency": subscription.customer.currency,
            "recurring_interval": "year" if subscription.plan.months == 12 else "month",
            "recurring_interval_count": 1,
        }

    def add_order(self, order: Order) -> None:
        customer = order.customer
        paid_at = order.created_at + PAYMENT_DELAY
        paid = self._order_keys(order) | {
            "billing_type": "recurring" if order.subscription else "one_time",
            "amount": order.total_amount,
            "currency": order.currency,
            "net_amount": order.net_amount,
            "tax_amount": order.tax_amount,
            "applied_balance_amount": order.applied_balance_amount,
            "discount_amount": order.discount_amount,
            "platform_fee": order.fee_amount,
        }
        if order.discount_amount:
            paid["discount_id"] = self.records.discount["id"]
        if order.subscription:
            is_yearly = order.plan.months == 12
            paid["recurring_interval"] = "year" if is_yearly else "month"
            paid["recurring_interval_count"] = 1
        self.add("order.paid", paid_at, customer, paid)
        if order.net_amount == 0:
            return
        if order.due_amount:
            metadata = self._transaction(order, "order", order.net_amount, order.fee_amount)
            metadata["net_amount"] = order.net_amount
            self.add("balance.order", order.created_at, customer, metadata)
        else:
            self.add("balance.credit_order", order.created_at, customer, self._credit(order))
        if order.plan.credit_units:
            credit = {
                "meter_id": self.meter_id,
                "units": order.plan.credit_units,
                "rollover": False,
            }
            self.add("meter.credited", paid_at, customer, credit)
        for refund in order.refunds:
            if refund.status == "succeeded":
                self.add_refund(order, refund)
        if order.dispute_won is not None:
            self.add_dispute(order)

    def add_refund(self, order: Order, refund: Refund) -> None:
        moment = refund.created_at
        until_now = order.refunds_until(moment + timedelta(microseconds=1))
        refunded = sum(earlier.amount for earlier in until_now)
        metadata = self._transaction(order, refund.refund_id, -refund.amount, 0)
        metadata |= {
            "refund_id": refund.refund_id,
            "order_created_at": timestamp(order.created_at),
            "refundable_amount": order.net_amount + order.applied_balance_amount - refunded,
            "tax_amount": -refund.tax_amount,
        }
        self.add("balance.refund", moment + PAYMENT_DELAY, order.customer, metadata)
        self.add(
            "order.refunded",
            moment + PAYMENT_DELAY,
            order.customer,
            {
                "order_id": order.order_id,
                "refunded_amount": refund.amount,
                "currency": order.currency,
            },
        )

    def add_dispute(self, order: Order) -> None:
        """Add the dispute and, when it was won, its reversal; neither carries the order's date."""
        dispute = {"dispute_id": identifier(self.records.seed, "dispute", order.order_id)}
        opened_at = order.created_at + timedelta(days=DISPUTE_AFTER_DAYS)
        taken = self._transaction(order, "dispute", -order.net_amount, DISPUTE_FEE_CENTS)
        self.add("balance.dispute", opened_at, order.customer, taken | dispute)
        if order.dispute_won:
            decided_at = order.created_at + timedelta(days=DISPUTE_DECIDED_AFTER_DAYS)
            returned = self._transaction(order, "reversal", order.net_amount, 0)
            name = "balance.dispute_reversal"
            self.add(name, decided_at, order.customer, returned | dispute)

    def _order_keys(self, order: Order) -> dict[str, object]:
        keys: dict[str, object] = {
            "order_id": order.order_id,
            "product_id": self.records.product_ids[order.plan.key],
        }
        if order.subscription:
            keys["subscription_id"] = order.subscription.subscription_id
        return keys

    def _transaction(self, order: Order, purpose: str, amount: int, fee: int) -> dict[str, object]:
        """The common part of a balance event; `amount` is in cents of the order's currency."""
        transaction: dict[str, object] = {
            "transaction_id": identifier(self.records.seed, order.order_id, purpose),
            **self._order_keys(order),
            "amount": order.settle(amount),
            "currency": "usd",
            "presentment_amount": amount,
            "presentment_currency": order.currency,
            "tax_amount": order.tax_amount,
            "tax_state": None,
            "tax_country": order.customer.country,
            "fee": fee,
        }
        if order.settlement_rate is not None:
            transaction["exchange_rate"] = float(order.settlement_rate)
        return transaction

    def _credit(self, order: Order) -> dict[str, object]:
        credit: dict[str, object] = {
            **self._order_keys(order),
            "amount": order.net_amount,
            "currency": order.currency,
            "tax_amount": order.tax_amount,
            "tax_state": None,
            "tax_country": order.customer.country,
            "fee": order.fee_amount,
        }
        if order.settlement_rate is not None:
            credit["exchange_rate"] = float(order.settlement_rate)
        return credit
