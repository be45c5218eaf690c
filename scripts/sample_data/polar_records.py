"""The sample's people and sales as objects of Polar's public API (`spec/polar.md` section 11)."""

from datetime import UTC, datetime, timedelta

from sample_data.chance import Chance
from sample_data.company import (
    PLANS,
    YEAR_END,
    YEAR_START,
    Customer,
    Plan,
)
from sample_data.meters import TOKENS_KEY, Meter
from sample_data.sales import LAUNCH_DISCOUNT_PERCENT, Order, Refund, Subscription

CATALOGUE_CREATED_AT = YEAR_START - timedelta(days=20)
PAYMENT_DELAY = timedelta(seconds=4)


def timestamp(moment: datetime | None) -> str | None:
    """Return ISO 8601 in UTC with microseconds and `Z`; null stays null."""
    if moment is None:
        return None
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def identifier(seed: int, *name: object) -> str:
    """Return the UUID that always belongs to `name` under the seed."""
    return Chance(seed, "identifier", *name).uuid()


class RecordMaker:
    """Makes API objects; `seed` decides the identifiers of the organization and the catalogue."""

    def __init__(self, seed: int) -> None:
        """Prepare the objects that many records embed."""
        self.seed = seed
        self.organization_id = identifier(seed, "organization")
        self.product_ids = {plan.key: identifier(seed, "product", plan.key) for plan in PLANS}
        self.discount = self._discount()
        self._customers: dict[tuple[int, bool], dict[str, object]] = {}

    def _discount(self) -> dict[str, object]:
        return {
            "duration": "once",
            "type": "percentage",
            "basis_points": LAUNCH_DISCOUNT_PERCENT * 100,
            "created_at": timestamp(CATALOGUE_CREATED_AT),
            "modified_at": None,
            "id": identifier(self.seed, "discount"),
            "metadata": {},
            "name": "Launch",
            "code": "LAUNCH20",
            "starts_at": None,
            "ends_at": None,
            "max_redemptions": None,
            "redemptions_count": 0,
            "organization_id": self.organization_id,
        }

    def customer(self, customer: Customer, at: datetime = YEAR_END) -> dict[str, object]:
        """Return the customer as an export at `at` shows it; the object is shared, not copied."""
        is_deleted = customer.deleted_at is not None and customer.deleted_at < at
        key = (customer.number, is_deleted)
        if key not in self._customers:
            deleted_at = customer.deleted_at if is_deleted else None
            self._customers[key] = {
                "id": customer.customer_id,
                "created_at": timestamp(customer.created_at),
                "modified_at": timestamp(deleted_at or customer.created_at + timedelta(hours=3)),
                "metadata": {"segment": customer.segment} if customer.number % 3 == 0 else {},
                "external_id": customer.external_id,
                "email": customer.email,
                "email_verified": customer.number % 4 != 0,
                "type": "individual",
                "name": customer.name,
                "billing_name": None,
                "billing_address": {
                    "line1": None,
                    "line2": None,
                    "postal_code": None,
                    "city": None,
                    "state": None,
                    "country": customer.country,
                },
                "tax_id": None,
                "locale": "en",
                "organization_id": self.organization_id,
                "default_payment_method_id": None,
                "deleted_at": timestamp(deleted_at),
                "first_user_event_at": timestamp(customer.first_event_at),
                "avatar_url": None,
            }
        return self._customers[key]

    def prices(self, plan: Plan) -> list[dict[str, object]]:
        """Return the plan's fixed prices, dollars (tax on top) and euros (tax inside)."""
        return [
            {
                "created_at": timestamp(CATALOGUE_CREATED_AT),
                "modified_at": None,
                "id": self.price_id(plan, currency),
                "source": "catalog",
                "amount_type": "fixed",
                "price_currency": currency,
                "tax_behavior": "inclusive" if currency == "eur" else "exclusive",
                "is_archived": False,
                "product_id": self.product_ids[plan.key],
                "price_amount": plan.price(currency),
            }
            for currency in ("usd", "eur")
        ]

    def price_id(self, plan: Plan, currency: str) -> str:
        """Return the identifier of the plan's price in `currency`."""
        return identifier(self.seed, "price", plan.key, currency)

    def product_summary(self, plan: Plan) -> dict[str, object]:
        """Return the product as an order embeds it, without prices and benefits."""
        return {
            "metadata": {},
            "id": self.product_ids[plan.key],
            "created_at": timestamp(CATALOGUE_CREATED_AT),
            "modified_at": None,
            "trial_interval": "day" if plan.trial_days else None,
            "trial_interval_count": plan.trial_days or None,
            "name": plan.name,
            "description": None,
            "visibility": "public",
            "recurring_interval": _interval(plan),
            "recurring_interval_count": 1 if plan.months else None,
            "meter_interval": None,
            "meter_interval_count": None,
            "is_recurring": plan.months > 0,
            "is_archived": False,
            "organization_id": self.organization_id,
        }

    def product(self, plan: Plan) -> dict[str, object]:
        """Return the product with its prices."""
        return {
            **self.product_summary(plan),
            "prices": self.prices(plan),
            "benefits": self.benefits(plan),
            "medias": [],
            "attached_custom_fields": [],
        }

    def benefits(self, plan: Plan) -> list[dict[str, object]]:
        """Return what the plan credits each month; no event tells of it."""
        if not plan.token_units:
            return []
        return [
            {
                "id": identifier(self.seed, "benefit", plan.key),
                "created_at": timestamp(CATALOGUE_CREATED_AT),
                "modified_at": None,
                "type": "meter_credit",
                "description": f"{plan.token_units:,} tokens a month",
                "selectable": True,
                "deletable": True,
                "is_deleted": False,
                "organization_id": self.organization_id,
                "metadata": {},
                "visibility": "public",
                "visibility_configurable": False,
                "properties": {
                    "units": plan.token_units,
                    "rollover": plan.keeps_tokens,
                    "meter_id": self.meter_id(TOKENS_KEY),
                },
            }
        ]

    def meter_id(self, key: str) -> str:
        """Return the identifier of the meter of that key."""
        return identifier(self.seed, "meter", key)

    def meter(self, meter: Meter) -> dict[str, object]:
        """Return the meter, in its last state."""
        aggregation = {"func": meter.function}
        if meter.value_property is not None:
            aggregation["property"] = meter.value_property
        return {
            "metadata": {},
            "created_at": timestamp(CATALOGUE_CREATED_AT),
            "modified_at": timestamp(meter.archived_at),
            "id": self.meter_id(meter.key),
            "name": meter.name,
            "unit": "scalar",
            "filter": meter.filter,
            "aggregation": aggregation,
            "organization_id": self.organization_id,
            "archived_at": timestamp(meter.archived_at),
        }

    def subscription_summary(self, subscription: Subscription) -> dict[str, object]:
        """Return the subscription's own fields, without what it embeds."""
        ends_at = subscription.ends_at
        return {
            "created_at": timestamp(subscription.started_at),
            "modified_at": timestamp(subscription.modified_at),
            "id": subscription.subscription_id,
            "amount": subscription.amount,
            "currency": subscription.customer.currency,
            "recurring_interval": _interval(subscription.plan),
            "recurring_interval_count": 1,
            "status": subscription.status,
            "current_period_start": timestamp(subscription.period_start),
            "current_period_end": timestamp(subscription.period_end),
            "current_meter_period_start": None,
            "current_meter_period_end": None,
            "trial_start": timestamp(subscription.trial_end and subscription.started_at),
            "trial_end": timestamp(subscription.trial_end),
            "cancel_at_period_end": ends_at is not None and subscription.ended_at != ends_at,
            "canceled_at": timestamp(subscription.canceled_at),
            "started_at": timestamp(subscription.started_at),
            "ends_at": timestamp(ends_at),
            "ended_at": timestamp(subscription.ended_at),
            "past_due_at": timestamp(subscription.past_due_at),
            "pause_at_period_end": False,
            "paused_at": None,
            "resumes_at": None,
            "customer_id": subscription.customer.customer_id,
            "product_id": self.product_ids[subscription.plan.key],
            "discount_id": None,
            "checkout_id": None,
            "seats": None,
            "customer_cancellation_reason": subscription.cancel_reason,
            "customer_cancellation_comment": None,
            "metadata": {},
            "custom_field_data": {},
        }

    def subscription(self, subscription: Subscription) -> dict[str, object]:
        """Return the whole subscription, in its last state."""
        currency = subscription.customer.currency
        prices = self.prices(subscription.plan)
        return {
            **self.subscription_summary(subscription),
            "customer": self.customer(subscription.customer),
            "product": self.product(subscription.plan),
            "discount": None,
            "prices": [price for price in prices if price["price_currency"] == currency],
            "meters": [],
            "pending_update": None,
        }

    def order(self, order: Order, number: int, at: datetime) -> dict[str, object]:
        """Return the order as an export at `at` shows it; `number` is on its invoice."""
        refunds = order.refunds_until(at)
        refunded = sum(refund.amount for refund in refunds)
        refunded_tax = sum(refund.tax_amount for refund in refunds)
        modified_at = max([order.created_at + PAYMENT_DELAY, *(r.created_at for r in refunds)])
        status = order.status_at(at)
        subscription = order.subscription
        return {
            "id": order.order_id,
            "created_at": timestamp(order.created_at),
            "modified_at": timestamp(modified_at),
            "status": status,
            "paid": status in ("paid", "refunded", "partially_refunded"),
            "subtotal_amount": order.subtotal_amount,
            "discount_amount": order.discount_amount,
            "net_amount": order.net_amount,
            "tax_amount": order.tax_amount,
            "total_amount": order.total_amount,
            "applied_balance_amount": order.applied_balance_amount,
            "due_amount": order.due_amount,
            "refunded_amount": refunded,
            "refunded_tax_amount": refunded_tax,
            "currency": order.currency,
            "billing_reason": order.billing_reason,
            "billing_name": order.customer.name,
            "billing_address": None,
            "invoice_number": f"SAMPLE-{number:05d}",
            "is_invoice_generated": not order.is_pending,
            "receipt_number": None if order.is_pending else f"R-{number:05d}",
            "seats": None,
            "customer_id": order.customer.customer_id,
            "product_id": self.product_ids[order.plan.key],
            "discount_id": self.discount["id"] if order.discount_amount else None,
            "subscription_id": subscription.subscription_id if subscription else None,
            "checkout_id": None,
            "next_payment_attempt_at": None,
            "metadata": {},
            "custom_field_data": {},
            "platform_fee_amount": order.fee_amount,
            "platform_fee_currency": "usd",
            "customer": self.customer(order.customer, at),
            "product": self.product_summary(order.plan),
            "discount": self.discount if order.discount_amount else None,
            "subscription": self.subscription_summary(subscription) if subscription else None,
            "items": [
                {
                    "created_at": timestamp(order.created_at),
                    "modified_at": None,
                    "id": line.line_id,
                    "label": line.label,
                    "amount": line.amount,
                    "tax_amount": line.tax_amount,
                    "proration": line.is_proration,
                    "product_price_id": self.price_id(order.plan, order.customer.currency),
                }
                for line in order.lines
            ],
            "description": order.lines[0].label,
            "refundable_amount": max(0, order.net_amount + order.applied_balance_amount - refunded),
            "refundable_tax_amount": order.tax_amount - refunded_tax,
        }

    def refund(self, order: Order, refund: Refund) -> dict[str, object]:
        """Return the refund, in its last state."""
        subscription = order.subscription
        return {
            "created_at": timestamp(refund.created_at),
            "modified_at": timestamp(refund.created_at + PAYMENT_DELAY),
            "id": refund.refund_id,
            "metadata": {},
            "status": refund.status,
            "reason": refund.reason,
            "amount": refund.amount,
            "tax_amount": refund.tax_amount,
            "currency": order.currency,
            "organization_id": self.organization_id,
            "order_id": order.order_id,
            "subscription_id": subscription.subscription_id if subscription else None,
            "customer_id": order.customer.customer_id,
            "revoke_benefits": False,
            "dispute": None,
        }


def _interval(plan: Plan) -> str | None:
    return {0: None, 1: "month", 12: "year"}[plan.months]
