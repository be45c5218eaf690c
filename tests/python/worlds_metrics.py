"""Random worlds for the dashboard's metrics: orders, their ledger, subscriptions, seats, checkouts.

What happened is told in several ways: by events and records, by events alone, by records alone, or
in part. Beside what the other worlds avoid, these avoid what the specification of metrics leaves
open: two events of one subscription at the same instant that disagree, two payments of one customer
at the same instant and different rates, an order that was paid twice, a time of creation that an
event in a foreign currency contradicts, an order in a foreign currency of which no rate is known
though it is named, and two days of payments that are equally near to a third.
"""

import random
from datetime import UTC, datetime, time, timedelta
from decimal import Decimal

from worlds import LAST_DAY, UNREADABLE_AMOUNTS, World, bare

FIRST_DAY = LAST_DAY - timedelta(days=800)
MICROSECOND = timedelta(microseconds=1)
SMALL_AMOUNTS = [
    '"0.025"',
    "0.30000000000000004",
    "0.0000000000005",
    "-0.0000000000005",
    "0.00000000000049999999",
    '"-1.5E+3"',
    '".5"',
    "0",
    "1E2",
    "99999.999999999999",
]
# Clocks are set, days and months end, and checkouts begin to count when they are opened.
TURNS = [
    "2025-03-09T07:00:00Z",
    "2025-03-30T01:00:00Z",
    "2025-11-02T05:30:00Z",
    "2025-11-02T06:30:00Z",
    "2025-12-31T23:59:59.999999Z",
    "2026-01-22T12:12:59.999999Z",
    "2026-01-22T12:13:00Z",
    "2026-03-01T05:00:00Z",
    "2026-03-08T06:59:59.999999Z",
    "2026-10-03T15:30:00Z",
    "2026-10-25T00:30:00Z",
    "2026-10-25T01:30:00Z",
    "2026-10-31T23:59:59.999999Z",
    "2026-11-01T05:00:00Z",
    "2026-11-01T05:30:00Z",
    "2026-11-01T06:30:00Z",
    "2026-11-02T05:00:00Z",
    "2027-01-01T05:00:00Z",
    # The clocks at which the worlds are asked.
    "2026-11-03T12:34:56Z",
    "2026-11-03T12:34:56.000001Z",
    "2027-01-14T00:00:00Z",
]
INTERVALS = [("month", 1)] * 5 + [("year", 1), ("year", 1), ("week", 1), ("day", 1)]
INTERVALS += [("month", 3), ("year", 2), ("week", 2), ("day", 30), ("month", None)]
PRICES = [0, 1, 7, 500, 999, 2900, 100006, 10**8 + 1]
CURRENCIES = ["usd", "usd", "usd", "usd", "USD", "eur", "eur", "jpy", "gbp"]
# The payments of each foreign currency are on days of their own, an odd number of days apart.
FOREIGN = ("eur", "jpy")
GAPS = [1, 1, 3, 5, 9, 21, 45]
RATES = ["0.5", "1.25", "1.0850001", "0.0065", "0.333333333333", "2", "1e-2", "0.00000001"]
REASONS = [
    "customer_service",
    "low_quality",
    "missing_features",
    "switched_service",
    "too_complex",
    "too_expensive",
    "unused",
    "other",
    "",
    None,
]
STATUSES = ["active"] * 4 + ["trialing", "past_due", "incomplete", "unpaid", "paused"]
# What tells of an order.
ORDER_WAYS = ["all"] * 5 + ["paid", "balance", "credit", "credit", "both", "legacy", "legacy"]
ORDER_WAYS += ["record", "record", "record", "events"]
# What tells of a subscription.
LIFE_WAYS = ["all"] * 5 + ["record"] * 4 + ["no creation", "no end", "events"]


def _text(instant: datetime | None) -> str | None:
    return None if instant is None else instant.isoformat().replace("+00:00", "Z")


class MetricWorld(World):
    """One random world of metrics.

    Args:
        seed: decides everything.
        event_count: how many events of usage, before copies.
    """

    def __init__(self, seed: int, event_count: int) -> None:
        self.random = random.Random(seed)
        self.customer_count = 40
        self.records: dict[str, list[str]] = {}
        self._number = 0
        self.customers = self._make_customers()
        self._payment_days = {currency: self._make_payment_days() for currency in FOREIGN}
        # Subscriptions and orders that may have seats.
        self._held: list[dict] = []
        for number, customer in enumerate(self.customers):
            for position in range(self.random.choice([0, 1, 2, 3, 5])):
                self._make_subscription(f"subscription_{number}_{position}", customer)
            for position in range(self.random.choice([0, 1, 2, 5])):
                instant = self._instant()
                self._make_order(f"order_{number}_{position}", customer, instant, self._currency())
        self._make_seats()
        self._make_checkouts(80)
        self._make_usage(event_count)

    # Times and amounts

    def _instant(self) -> datetime:
        if self.random.random() < 0.15:
            return datetime.fromisoformat(self.random.choice(TURNS))
        seconds = self.random.randrange(800 * 86400)
        instant = FIRST_DAY + timedelta(seconds=seconds)
        return instant + self.random.choice([0, 0, 1, 999_999]) * MICROSECOND

    def _later(self, instant: datetime, days: int, *, is_planned: bool = False) -> datetime:
        """Return an instant up to some days later, often exactly some days later.

        Args:
            instant: from when on.
            days: how much later at most.
            is_planned: it may be after the end of the world.
        """
        seconds = self.random.randrange(1, days * 86400)
        if self.random.random() < 0.3:
            seconds = self.random.randrange(days + 1) * 86400
        later = instant + timedelta(seconds=seconds)
        return later if is_planned else max(instant, min(later, LAST_DAY))

    def _currency(self) -> str:
        return self.random.choice(CURRENCIES)

    def _make_payment_days(self) -> list[datetime]:
        """Return noons, each of one day in every time zone that is tested."""
        day, days = FIRST_DAY.date(), []
        while day < LAST_DAY.date():
            days.append(datetime.combine(day, time(12), UTC))
            day += timedelta(days=self.random.choice(GAPS))
        return days

    # Events

    def _tell(self, name: str, instant: datetime, customer: dict, metadata: dict) -> None:
        self._number += 1
        event = {
            "id": f"system_{self._number}",
            "name": name,
            "source": "system" if self.random.random() < 0.98 else "user",
            "timestamp": _text(instant),
            "customer_id": customer["id"],
            "metadata": {name: value for name, value in metadata.items() if value is not None},
        }
        for _ in range(self.random.choice([1, 1, 1, 1, 1, 2])):
            self._add("polar/events", event)

    def _save(self, entity: str, record: dict) -> None:
        """Add a record, sometimes with an older version of it or the same again."""
        self._add(entity, record)
        chance = self.random.random()
        if chance < 0.1:
            older = {**record, "modified_at": None, "status": "incomplete"}
            for name in ("canceled_at", "ends_at", "ended_at", "revoked_at", "claimed_at", "paid"):
                older.pop(name, None)
            self._add(entity, older)
        elif chance < 0.15:
            self._add(entity, record)

    # Subscriptions

    def _make_subscription(self, subscription_id: str, customer: dict) -> None:
        started_at = self._instant()
        interval, count = self.random.choice(INTERVALS)
        currency = self._currency()
        amount = self.random.choice([*PRICES, self.random.randrange(10**6)])
        record = {
            "id": subscription_id,
            "created_at": _text(started_at),
            "modified_at": _text(LAST_DAY),
            "customer_id": customer["id"],
            "product_id": f"product_{self.random.randrange(4)}",
            "status": self.random.choice(STATUSES),
            "amount": amount,
            "currency": currency,
            "recurring_interval": interval,
            "recurring_interval_count": count,
            "started_at": _text(started_at),
            "trial_end": None,
            "canceled_at": None,
            "ends_at": None,
            "ended_at": None,
        }
        if self.random.random() < 0.15:
            record["net_amount"] = amount * 5 // 6
        if self.random.random() < 0.25:
            record["trial_end"] = _text(self._later(started_at, 45, is_planned=True))
        way = self.random.choice(LIFE_WAYS)
        life = self._live(record, started_at)
        if self.random.random() < 0.05:
            # What never started was always there.
            record["started_at"] = None
        if way != "events":
            self._save("polar/subscriptions", record)
        hidden = {"no creation": "created", "no end": "canceled"}.get(way)
        for name, instant, metadata in life:
            if way != "record" and name != hidden:
                metadata = {"subscription_id": subscription_id, **metadata}
                self._tell(f"subscription.{name}", instant, customer, metadata)
        self._held.append({"subscription_id": subscription_id, "started_at": started_at})
        for number in range(self.random.choice([0, 1, 2, 4])):
            paid_at = self._later(started_at, 60 * number + 1) if number else started_at
            if paid_at < LAST_DAY:
                order_id = f"order_{subscription_id}_{number}"
                self._make_order(order_id, customer, paid_at, currency, subscription_id)

    def _live(self, record: dict, started_at: datetime) -> list[tuple[str, datetime, dict]]:
        """Make up what happens to a subscription: in its record, and as events."""
        life = [("created", started_at, {"started_at": _text(started_at)})]
        chance = self.random.random()
        instant = self._later(started_at, 300) + MICROSECOND
        if chance < 0.35:
            return life
        if chance < 0.4:
            # An end without a cancellation.
            record["ends_at"] = _text(instant)
            return life
        if chance < 0.5:
            record |= dict.fromkeys(("canceled_at", "ends_at", "ended_at"), _text(instant))
            record["status"] = "canceled"
            canceled = {"canceled_at": _text(instant), "ends_at": _text(instant)}
            return [*life, ("canceled", instant, canceled), ("revoked", instant, {})]
        for _ in range(self.random.choice([1, 1, 1, 2])):
            reason = self.random.choice(REASONS)
            ends_at = self._later(instant, 40, is_planned=True)
            canceled = {
                "canceled_at": _text(instant),
                "ends_at": _text(ends_at),
                "customer_cancellation_reason": reason,
            }
            record |= canceled
            life.append(("canceled", instant, canceled))
            if self.random.random() < 0.7:
                break
            instant = self._later(instant, 20) + MICROSECOND
            name = self.random.choice(["uncanceled", "uncanceled", "reinstated"])
            life.append((name, instant, {}))
            record |= dict.fromkeys(canceled)
            instant = self._later(instant, 100) + MICROSECOND
        if record["ends_at"] and ends_at < LAST_DAY and self.random.random() < 0.8:
            ended_at = ends_at + timedelta(minutes=self.random.randrange(1, 90))
            record["ended_at"] = _text(ended_at)
            record["status"] = "canceled"
            life.append(("revoked", ended_at, {}))
        elif self.random.random() < 0.2:
            life.append(("cycled", self._later(instant, 20) + MICROSECOND, {}))
        return life

    # Orders

    def _make_order(
        self,
        order_id: str,
        customer: dict,
        created_at: datetime,
        currency: str,
        subscription_id: str | None = None,
    ) -> None:
        way = self.random.choice(ORDER_WAYS)
        is_foreign = currency in FOREIGN
        if is_foreign:
            # About noon of a day on which such payments may be, each at an instant of its own.
            days = [day for day in self._payment_days[currency] if day >= created_at]
            noon = self.random.choice(days[:6] or self._payment_days[currency][-1:])
            created_at = noon + timedelta(seconds=self._number)
        net_amount = self.random.choice([0, 1, 5, 999, 2900, self.random.randrange(10**6)])
        applied = self.random.choice([0, 0, 0, 500, -700])
        status = self.random.choice(["paid", "paid", "paid", "refunded", "partially_refunded"])
        if way == "record":
            status = self.random.choice([status, status, "pending", "void", "draft"])
        fee = self.random.choice([0, 40, 123])
        record = {
            "id": order_id,
            "created_at": _text(created_at),
            "modified_at": _text(min(created_at + timedelta(days=9), LAST_DAY)),
            "status": status,
            "net_amount": net_amount,
            "tax_amount": 19,
            "applied_balance_amount": applied,
            "refunded_amount": 0,
            "currency": currency,
            "customer_id": customer["id"],
            "subscription_id": subscription_id,
            "platform_fee_amount": fee,
            "platform_fee_currency": "usd",
        }
        if self.random.random() < 0.5:
            record["paid"] = status in ("paid", "refunded", "partially_refunded")
        shared = {"order_id": order_id, "subscription_id": subscription_id}
        if way in ("all", "paid", "credit", "both", "legacy", "events"):
            paid_at = created_at + timedelta(hours=self.random.choice([0, 0, 1, 100]))
            payment = {"net_amount": net_amount, "applied_balance_amount": applied}
            self._tell("order.paid", paid_at, customer, shared | payment)
        rate = self._make_balances(way, record, shared, customer, created_at)
        if status in ("refunded", "partially_refunded"):
            self._make_reversals(way, record, shared, customer, created_at, rate)
        if way != "events":
            self._save("polar/orders", record)
        self._held.append({"order_id": order_id, "started_at": created_at})

    def _make_balances(
        self, way: str, record: dict, shared: dict, customer: dict, created_at: datetime
    ) -> str | None:
        """Tell what an order was worth, and return the rate."""
        currency, net_amount = record["currency"].lower(), record["net_amount"]
        fee = record["platform_fee_amount"]
        rate = self.random.choice(RATES) if currency in FOREIGN else None
        if way in ("credit", "both"):
            metadata = {"amount": net_amount, "currency": currency, "fee": fee}
            if rate and self.random.random() < 0.5:
                metadata["exchange_rate"] = bare(rate)
            self._tell("balance.credit_order", created_at, customer, shared | metadata)
        if way not in ("all", "balance", "both", "legacy", "events"):
            return None
        settled = self.random.randrange(1, 10**6) if rate else net_amount
        presented = settled * self.random.randrange(1, 4) + 1 if rate else net_amount
        metadata = {
            "amount": settled,
            "net_amount": net_amount,
            "currency": "usd",
            "presentment_amount": presented,
            "presentment_currency": currency,
            "fee": fee,
            "exchange_rate": bare(rate) if rate else None,
        }
        if way == "legacy":
            metadata["net_amount"] = None
        chance = self.random.random()
        if rate and chance < 0.3:
            # What was settled for what was charged is the rate.
            metadata["exchange_rate"] = self.random.choice([None, 0])
        elif not rate and chance < 0.1:
            metadata["order_created_at"] = _text(created_at - timedelta(days=3))
        elif chance < 0.5:
            metadata["order_created_at"] = _text(created_at)
        if currency == "gbp":
            # Nobody knows a rate.
            metadata |= {"presentment_amount": None, "presentment_currency": None}
        self._tell("balance.order", created_at, customer, shared | metadata)
        return metadata["exchange_rate"]

    def _make_reversals(
        self,
        way: str,
        record: dict,
        shared: dict,
        customer: dict,
        created_at: datetime,
        rate: str | None,
    ) -> None:
        """Refund, dispute and take back, in the ledger, in records or in both."""
        for number in range(self.random.choice([1, 1, 2])):
            refunded_at = self._later(created_at, 50) + MICROSECOND
            amount = self.random.randrange(1, 5000)
            refund_id = f"refund_{record['id']}_{number}"
            status = self.random.choice(["succeeded", "succeeded", "succeeded", "pending"])
            told = way not in ("record", "paid") and self.random.random() < 0.6
            if not told or self.random.random() < 0.5:
                self._save(
                    "polar/refunds",
                    {
                        "id": refund_id,
                        "created_at": _text(refunded_at),
                        "modified_at": _text(refunded_at + timedelta(hours=1)),
                        "status": status,
                        "amount": amount,
                        "currency": record["currency"],
                        "order_id": record["id"],
                        "customer_id": customer["id"],
                    },
                )
            if status == "succeeded":
                record["refunded_amount"] += amount
            if told:
                self._tell_reversals(shared, refund_id, customer, created_at, refunded_at, rate)
        if self.random.random() < 0.3:
            # A refund of which there is no record.
            record["refunded_amount"] += self.random.randrange(1, 900)

    def _tell_reversals(
        self,
        shared: dict,
        refund_id: str,
        customer: dict,
        created_at: datetime,
        refunded_at: datetime,
        rate: str | None,
    ) -> None:
        kinds = [
            kind
            for kind in ("refund_reversal", "dispute", "dispute_reversal")
            if self.random.random() < 0.3
        ]
        for days, kind in enumerate(["refund", *kinds]):
            amount = self.random.randrange(1, 10**5) * (1 if "reversal" in kind else -1)
            metadata = {
                **shared,
                "amount": amount,
                "currency": "usd",
                "presentment_amount": amount * 2,
                "exchange_rate": rate,
                "fee": self.random.choice([0, 1500]) if kind == "dispute" else 0,
            }
            if "refund" in kind:
                metadata["refund_id"] = refund_id
                if self.random.random() < 0.7:
                    metadata["order_created_at"] = _text(created_at)
            if self.random.random() < 0.05:
                metadata |= {"order_id": None, "subscription_id": None}
            moment = refunded_at + timedelta(days=4 * days)
            self._tell(f"balance.{kind}", moment, customer, metadata)

    # Seats, checkouts and usage

    def _make_seats(self) -> None:
        for number in range(60):
            held = dict(self.random.choice(self._held))
            created_at = self._later(held.pop("started_at"), 90)
            claimed_at = self._later(created_at, 30) if self.random.random() < 0.6 else None
            revoked_at = self._later(created_at, 200) if self.random.random() < 0.5 else None
            self._save(
                "polar/customer_seats",
                {
                    "id": f"seat_{number}",
                    "created_at": _text(created_at),
                    "modified_at": _text(LAST_DAY),
                    "status": "revoked" if revoked_at else "claimed" if claimed_at else "pending",
                    "customer_id": self.random.choice(self.customers)["id"],
                    "claimed_at": _text(claimed_at),
                    "revoked_at": _text(revoked_at),
                    **held,
                },
            )

    def _make_checkouts(self, count: int) -> None:
        for number in range(count):
            created_at = self._instant()
            record = {
                "id": f"checkout_{number}",
                "created_at": _text(created_at),
                "modified_at": _text(LAST_DAY),
                "status": self.random.choice(["succeeded", "open", "expired", "failed"]),
                "product_id": "product_1",
            }
            opened_at = _text(self._later(created_at, 2))
            chance = self.random.random()
            if chance < 0.4:
                record["opened_at"] = opened_at
            elif chance < 0.7:
                record["analytics_metadata"] = {"opened_at": opened_at}
            self._save("polar/checkouts", record)

    def _cost(self) -> dict:
        """Return what an event costs: little enough that no other figure drowns in it."""
        chance = self.random.random()
        if chance < 0.05:
            amount = self.random.choice(UNREADABLE_AMOUNTS)
        elif chance < 0.25:
            amount = self.random.choice(SMALL_AMOUNTS)
        else:
            digits = self.random.randrange(10 ** self.random.randrange(1, 14))
            amount = f"{Decimal(digits).scaleb(-12):f}"
        currency = "usd" if chance < 0.05 else self.random.choice(["usd"] * 6 + ["USD", "eur"])
        return {"amount": bare(amount), "currency": currency}

    def _make_usage(self, event_count: int) -> None:
        for number in range(event_count):
            event = {**self._event(number), "timestamp": _text(self._instant())}
            self._add("polar/events", event)
            if self.random.random() < 0.03 and "id" in event:
                self._add("polar/events", event)
