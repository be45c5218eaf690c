"""Customers with credits: each subscribes to a product that credits and charges three meters."""

import json
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta

from sample_data.chance import Chance
from sample_data.landing_writer import LandingWriter

METER_COUNT = 3
FIRST_DAY = datetime(2024, 11, 1, tzinfo=UTC)
FULL_DAYS, NEW_DAYS = 744, 4
"""The full run has usage of so many days from the first one on; what is new follows it."""

EVENTS_PER_FILE = 1_000_000
UNITS, UNIT_AMOUNT = 100, "0.5"
MADE = "2020-01-01T00:00:00Z"


def write_credit_catalogue(writer: LandingWriter, seed: int, customer_count: int) -> None:
    """Write three meters, a product with a benefit and a metered price of each, and subscriptions.

    Args:
        writer: where the files go.
        seed: decides when each subscription began, within the first four weeks.
        customer_count: how many customers subscribe, for a month at a time.
    """
    meters, benefits, prices = [], [], []
    for number in range(METER_COUNT):
        name = {"property": "name", "operator": "eq", "value": f"use_{number}"}
        sums = {"func": "sum", "property": "quantity"}
        meters.append(
            {
                "id": f"meter_{number}",
                "name": f"Meter {number}",
                "created_at": MADE,
                "filter": {"conjunction": "and", "clauses": [name]},
                "aggregation": sums if number else {"func": "count"},
            }
        )
        benefits.append(
            {
                "id": f"benefit_{number}",
                "type": "meter_credit",
                "created_at": MADE,
                "properties": {
                    "meter_id": f"meter_{number}",
                    "units": UNITS,
                    "rollover": number == 1,
                },
            }
        )
        prices.append(
            {
                "id": f"price_{number}",
                "created_at": MADE,
                "amount_type": "metered_unit",
                "meter_id": f"meter_{number}",
                "unit_amount": UNIT_AMOUNT,
                "price_currency": "usd",
                "cap_amount": None,
            }
        )
    product = {
        "id": "plan",
        "name": "Plan",
        "created_at": MADE,
        "recurring_interval": "month",
        "recurring_interval_count": 1,
        "benefits": benefits,
        "prices": prices,
    }
    writer.write_lines("polar/meters/meters.ndjson", _lines(meters))
    writer.write_lines("polar/products/products.ndjson", _lines([product]))
    subscriptions = _subscriptions(seed, customer_count)
    writer.write_lines("polar/subscriptions/subscriptions.ndjson", _lines(subscriptions))


def _subscriptions(seed: int, customer_count: int) -> Iterator[dict[str, object]]:
    chance = Chance(seed, "credit subscriptions")
    for number in range(customer_count):
        started_at = _text(FIRST_DAY + timedelta(seconds=chance.whole(0, 28 * 86_400 - 1)))
        yield {
            "id": f"subscription_{number}",
            "customer_id": f"customer_{number}",
            "product_id": "plan",
            "status": "active",
            "currency": "usd",
            "amount": 1000,
            "recurring_interval": "month",
            "recurring_interval_count": 1,
            "created_at": started_at,
            "started_at": started_at,
        }


def write_credit_usage(
    writer: LandingWriter,
    seed: int,
    *,
    customer_count: int,
    first_event: int,
    event_count: int,
    is_new: bool,
) -> None:
    """Write usage of all customers, spread over the days of the full run, or of what is new.

    Args:
        writer: where the files go.
        seed: decides whose each event is.
        customer_count: how many customers there are.
        first_event: number of the first event.
        event_count: how many there are.
        is_new: whether they follow the full run.
    """
    start = FIRST_DAY + timedelta(days=FULL_DAYS if is_new else 0)
    step = timedelta(days=NEW_DAYS if is_new else FULL_DAYS) / event_count
    for first in range(0, event_count, EVENTS_PER_FILE):
        chance = Chance(seed, "credit usage", first_event + first)
        numbers = range(first, min(first + EVENTS_PER_FILE, event_count))
        lines = (
            f'{{"id":"event_{first_event + number}",'
            f'"name":"use_{number % METER_COUNT}",'
            f'"timestamp":"{_text(start + step * number)}",'
            f'"customer_id":"customer_{chance.whole(0, customer_count - 1)}",'
            f'"metadata":{{"quantity":{number % 17}}}}}'.encode()
            for number in numbers
        )
        writer.write_lines(f"polar/events/usage-{first_event + first}.ndjson", lines)


def _lines(records: Iterable[dict[str, object]]) -> Iterator[bytes]:
    return (json.dumps(record).encode() for record in records)


def _text(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
