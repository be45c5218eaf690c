"""Subscriptions of five years with an order each, for measuring the dashboard's metrics."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from sample_data.chance import Chance
from sample_data.landing_writer import LandingWriter, to_json
from sample_data.polar_records import timestamp

FIRST_DAY = datetime(2021, 11, 1, tzinfo=UTC)
FULL_DAYS = 1826
"""Subscriptions begin within so many days from the first one on."""

RECORDS_PER_FILE = 250_000
LONGEST_DAYS = 1000
ENDED_PER_THOUSAND, YEARLY_PER_THOUSAND, EURO_PER_THOUSAND = 600, 200, 100
SUBSCRIPTIONS_PER_CUSTOMER = 2
RATE_DAYS = 7


def write_subscriptions(writer: LandingWriter, seed: int, count: int) -> None:
    """Write a product, rates of the euro, subscriptions and the first order of each.

    Args:
        writer: where the files go.
        seed: decides the terms of each subscription and when it began and ended.
        count: how many subscriptions there are, about two of a customer.
    """
    writer.write_records("polar/products/products.ndjson", [_product()])
    writer.write_lines("reference/exchange_rates/euro.csv", _rate_lines(seed))
    for first in range(0, count, RECORDS_PER_FILE):
        numbers = range(first, min(first + RECORDS_PER_FILE, count))
        chance = Chance(seed, "metric subscriptions", first)
        pairs = [_subscription_and_order(chance, number, count) for number in numbers]
        subscriptions, orders = zip(*pairs, strict=True)
        writer.write_lines(f"polar/subscriptions/subscriptions-{first}.ndjson", subscriptions)
        writer.write_lines(f"polar/orders/orders-{first}.ndjson", orders)


def _product() -> dict[str, object]:
    return {
        "id": "plan",
        "name": "Plan",
        "created_at": timestamp(FIRST_DAY),
        "recurring_interval": "month",
        "recurring_interval_count": 1,
        "benefits": [],
        "prices": [],
    }


def _rate_lines(seed: int) -> Iterator[bytes]:
    chance = Chance(seed, "metric rates")
    yield b"rate_date,currency,rate"
    for days in range(0, FULL_DAYS, RATE_DAYS):
        day = (FIRST_DAY + timedelta(days=days)).date()
        yield f"{day.isoformat()},eur,1.{chance.whole(5_000, 19_000):05d}".encode()


def _subscription_and_order(chance: Chance, number: int, count: int) -> tuple[bytes, bytes]:
    started_at = FIRST_DAY + timedelta(seconds=chance.whole(0, FULL_DAYS * 86_400 - 1))
    ended_at = None
    if chance.happens(ENDED_PER_THOUSAND):
        ended_at = started_at + timedelta(days=chance.whole(1, LONGEST_DAYS))
        if ended_at > FIRST_DAY + timedelta(days=FULL_DAYS):
            ended_at = None
    interval = "year" if chance.happens(YEARLY_PER_THOUSAND) else "month"
    shared = {
        "customer_id": f"customer_{chance.whole(0, count // SUBSCRIPTIONS_PER_CUSTOMER)}",
        "product_id": "plan",
        "currency": "eur" if chance.happens(EURO_PER_THOUSAND) else "usd",
        "created_at": timestamp(started_at),
    }
    amount = chance.whole(1, 100) * (1000 if interval == "year" else 100)
    subscription = {
        **shared,
        "id": f"subscription_{number}",
        "status": "canceled" if ended_at else "active",
        "amount": amount,
        "recurring_interval": interval,
        "recurring_interval_count": 1,
        "started_at": timestamp(started_at),
        "canceled_at": timestamp(ended_at),
        "ends_at": timestamp(ended_at),
        "ended_at": timestamp(ended_at),
        "customer_cancellation_reason": "too_expensive" if ended_at else None,
    }
    order = {
        **shared,
        "id": f"order_{number}",
        "subscription_id": f"subscription_{number}",
        "status": "paid",
        "paid": True,
        "billing_reason": "subscription_create",
        "net_amount": amount,
        "total_amount": amount,
    }
    return to_json(subscription).encode(), to_json(order).encode()
