"""Random worlds with credits: balances that events tell of, and others that records imply.

Even customers have `meter.credited` and `meter.reset` events, odd ones have subscriptions, orders
and benefits; a few have both. The meters, benefits and the seed are the same in every world, so
that one project can build them all.

Beside what the other worlds avoid, these avoid what the rules on credits leave open: two prices of
one meter that adds up on one subscription, prices made at the same instant, a period that was
re-anchored inside a trial, a paused, unpaid or granted subscription that never started, grants that
were never granted, units as texts, and a benefit that is told in two ways.
"""

import random
from datetime import UTC, datetime, timedelta

from oracle_periods import step_from
from worlds import HOSTILE_TIMES, LAST_DAY, World, bare

FIRST_DAY = LAST_DAY - timedelta(days=400)
MADE = "2024-01-01T00:00:00Z"
MICROSECOND = timedelta(microseconds=1)


def _named(*names: str) -> dict:
    """Return a filter that passes events of one of some names; all events without any."""
    clauses = [{"property": "name", "operator": "eq", "value": name} for name in names]
    return {"conjunction": "or", "clauses": clauses}


def _meter(meter_id: str, function: str, *names: str, **change: object) -> dict:
    subject = {"count": {}, "unique": {"property": "user"}}.get(function, {"property": "tokens"})
    return {
        "id": meter_id,
        "name": meter_id,
        "created_at": MADE,
        "filter": _named(*names),
        "aggregation": {"func": function, **subject},
        **change,
    }


METERS = [
    _meter("calls", "count", "call"),
    _meter("everything", "count"),
    _meter("tokens", "sum", "call", "batch"),
    _meter("batches", "sum", "batch"),
    _meter("average", "avg", "call"),
    _meter("smallest", "min", "call", "batch"),
    _meter("largest", "max", "batch"),
    _meter("users", "unique", "call"),
    _meter("latest", "latest", "batch"),
    _meter("made_late", "sum", "call", created_at="2026-06-15T12:00:00Z"),
    _meter("users_made_late", "unique", "batch", created_at="2026-06-30T20:00:00Z"),
    _meter("archived", "sum", "call", archived_at="2026-09-01T00:00:00Z"),
    _meter("broken", "median", "call"),
]
SUMMABLE = ["calls", "tokens", "batches", "made_late", "archived", "everything"]
OTHERS = ["average", "smallest", "largest", "users", "latest", "users_made_late"]
METER_IDS = SUMMABLE + OTHERS


def _benefit(meter_id: str, units: object, rollover: object = False, name: str = "") -> dict:
    return {
        "id": f"benefit_{meter_id}{name}",
        "created_at": MADE,
        "modified_at": None,
        "type": "meter_credit",
        "description": "Credits",
        "properties": {"meter_id": meter_id, "units": units, "rollover": rollover},
    }


BENEFITS = [
    _benefit("calls", 10, True),
    _benefit("calls", 3, name="_2"),
    _benefit("tokens", 1000, True),
    _benefit("tokens", 250, False, "_2"),
    _benefit("tokens", 5, True, "_3"),
    _benefit("batches", 100),
    _benefit("average", 60, True),
    _benefit("largest", 400, True),
    _benefit("users", 4, True),
    _benefit("latest", 90),
    _benefit("archived", 500, True),
    _benefit("made_late", bare("2.5e2"), True),
    _benefit("smallest", 0),
    _benefit("users_made_late", 999999999999999999, True),
    _benefit("unknown", 100),
    _benefit("broken", 100),
    {**_benefit("calls", 1000, name="_custom"), "type": "custom", "properties": {"note": None}},
]
BAD_BENEFITS = [
    _benefit("calls", bare("1.5"), name="_half"),
    _benefit("calls", 10**18, name="_large"),
    _benefit("calls", None, name="_none"),
    _benefit("calls", True, name="_true"),
]
# Landed as records of their own; the others are known from products and grants alone.
LANDED_BENEFITS = [*BENEFITS[::2], *BAD_BENEFITS]

# The seed, as the file has it.
DEFINITIONS = [
    {"product_id": "seeded", "meter_id": "calls", "units": "7", "rollover": "true"},
    {"product_id": "seeded", "meter_id": "tokens", "units": "300", "rollover": "false"},
    {"product_id": "seeded", "meter_id": "unknown", "units": "300", "rollover": "false"},
    {"product_id": "seeded_too", "meter_id": "calls", "units": "20", "rollover": "false"},
    {"product_id": "once_seeded", "meter_id": "tokens", "units": "50", "rollover": "true"},
    {"product_id": "seeded", "meter_id": "batches", "units": "0.5", "rollover": "true"},
    {"product_id": "seeded", "meter_id": "users", "units": "many", "rollover": "true"},
    {"product_id": "nobody's", "meter_id": "calls", "units": "1", "rollover": "true"},
]

# Interval, count, and the interval and count of the product's meters.
INTERVALS = {
    "monthly": ("month", 1, None, None),
    "seeded": ("month", 1, None, None),
    "seeded_too": ("month", 2, None, None),
    "quarterly": ("month", 3, "month", 1),
    "yearly": ("year", 1, None, None),
    "yearly_by_months": ("year", 1, "month", None),
    "fortnightly": ("week", 2, None, None),
    "ten_days": ("day", 10, None, None),
    "not_landed": ("month", 1, None, None),
    "bare": ("week", 1, None, None),
}
ONCE = ["once", "once_seeded"]
# The last day of a month, the leap day, and the last instants of days somewhere.
ANCHORS = [
    "2026-01-31T00:00:00Z",
    "2025-12-31T23:59:59.999999Z",
    "2024-02-29T10:30:00Z",
    "2026-05-31T12:00:00.000001Z",
    "2026-08-30T20:00:00Z",
    "2026-03-08T10:00:00Z",
    "2026-10-29T06:59:59Z",
]
UNIT_AMOUNTS = ["100", "0.5", "0.000000000001", "33.333333333333", "2900", "1", "0.125", "12.5"]
CAPS = [None, None, None, 0, 500, 5000, 100000]
CURRENCIES = ["usd", "usd", "usd", "eur", "jpy", "kwd"]
QUANTITIES = ["0", "1", "1.5", "7", "40", "0.000000000001", "-3", "0.333333333333", "250", "1e2"]
NO_QUANTITIES = ['"5"', "null", "true", None, "[]"]
USERS = ['"a"', '"b"', '"c"', "1", "1.0", '"1"', "true", None]
UNITS = [100, 100, 50, 1, 0, 7, 1000, -50, -150, -1, 999999999999999999, bare("1e2")]
NO_UNITS = [bare("1.5"), None, True, [], 10**18, bare("-1e30")]
STATUSES = ["active"] * 5 + ["trialing", "past_due", "canceled", "canceled", "canceled"]
STATUSES += ["revoked", "revoked", "paused", "unpaid", "incomplete", "incomplete_expired"]


def _text(instant: datetime) -> str:
    return instant.isoformat().replace("+00:00", "Z")


def _at(text: str) -> datetime:
    return datetime.fromisoformat(text.replace("Z", "+00:00")).astimezone(UTC)


class CreditWorld(World):
    """One random world of credits and metered charges.

    Args:
        seed: decides everything.
        event_count: how many events of usage, before copies.
    """

    def __init__(self, seed: int, event_count: int) -> None:
        self.random = random.Random(seed)
        self.customer_count = 40
        self.records: dict[str, list[str]] = {}
        self.customers = self._make_customers()
        self.credit_benefit_definitions = DEFINITIONS
        # Customer -> the instants at which something happens to them.
        self.moments: dict[str, list[datetime]] = {
            customer["id"]: [_at(self.random.choice(HOSTILE_TIMES))] for customer in self.customers
        }
        # Subscriptions that can have seats, and the meters for which customers pay.
        self._seats: list[tuple[str, datetime]] = []
        self._metered: dict[str, list[str]] = {}
        for meter in METERS:
            self._add("polar/meters", meter)
        for benefit in LANDED_BENEFITS:
            self._add("polar/benefits", benefit)
        self.products = self._make_products()
        for number, customer in enumerate(self.customers):
            if number % 2 == 0:
                for meter_id in self.random.sample([*METER_IDS, "unknown", "broken"], 4):
                    self._make_system_events(customer["id"], meter_id)
                continue
            for position in range(self.random.choice([0, 1, 2, 2, 3])):
                self._make_subscription(f"subscription_{number}_{position}", customer)
            for position in range(self.random.choice([0, 0, 1, 2])):
                self._make_order(f"order_{number}_{position}", customer)
            if number % 4 == 1:
                metered = self._metered.get(customer["id"]) or METER_IDS
                for meter_id in sorted(set(self.random.choices(metered, k=2))):
                    self._make_system_events(customer["id"], meter_id)
        self._make_seats()
        self._make_usage(event_count)
        self._make_rates()

    @property
    def clocks(self) -> list[datetime]:
        """Instants at which to ask: the end, and some at which something happens to somebody."""
        moments = sorted({moment for found in self.moments.values() for moment in found})
        known = [moment for moment in moments if FIRST_DAY < moment < LAST_DAY]
        picked = random.Random(len(known)).sample(known, min(4, len(known)))
        return [*picked, LAST_DAY]

    # Times

    def _between(self, start: datetime, end: datetime) -> datetime:
        seconds = self.random.randrange(max(1, int((end - start).total_seconds())))
        return start + timedelta(
            seconds=seconds, microseconds=self.random.choice([0, 0, 1, 999_999])
        )

    def _some_time(self, customer_id: str) -> datetime:
        """Return an instant of the world's time, often one at which something happens."""
        chance = self.random.random()
        moments = [one for one in self.moments[customer_id] if FIRST_DAY <= one <= LAST_DAY]
        if chance < 0.35 and moments:
            shift = self.random.choice([-1, 0, 0, 1]) * MICROSECOND
            return min(LAST_DAY, self.random.choice(moments) + shift)
        if chance < 0.45:
            return _at(self.random.choice(HOSTILE_TIMES))
        return self._between(FIRST_DAY, LAST_DAY)

    def _received(self, customer_id: str, timestamp: datetime) -> datetime:
        """Return when something was received that happened at an instant."""
        chance = self.random.random()
        received = timestamp
        if chance < 0.15:
            received += MICROSECOND * self.random.choice([1, 999_999])
        elif chance < 0.35:
            received += timedelta(minutes=self.random.randrange(3000))
        elif chance < 0.5:
            received += timedelta(days=self.random.randrange(60))
        elif chance < 0.65:
            later = [one for one in self.moments[customer_id] if timestamp <= one <= LAST_DAY]
            received = self.random.choice(later or [timestamp])
        return min(received, LAST_DAY)

    # Events

    def _add_event(self, event: dict) -> None:
        self._add("polar/events", event)
        for _ in range(self.random.choice([0] * 20 + [1, 2])):
            self._add("polar/events", event)

    def _make_system_events(self, customer_id: str, meter_id: str) -> None:
        """Add the credits and resets of one customer and meter."""
        instants = [self._between(FIRST_DAY, LAST_DAY)]
        for _ in range(self.random.randrange(7)):
            instants.append(self.random.choice([self._some_time(customer_id), instants[-1]]))
        self.moments[customer_id] += instants
        for number, instant in enumerate(sorted(instants)):
            if self.random.random() < 0.7:
                self._add_system_event("reset", customer_id, meter_id, instant, number)
            if self.random.random() < 0.5:
                # Few enough to be what was left.
                units = self.random.choice([1, 2, 5, 20])
                credit = {"units": units, "rollover": self.random.random() < 0.9}
                self._add_system_event("credited", customer_id, meter_id, instant, number, **credit)
            for position in range(self.random.choice([0, 1, 1, 2, 3])):
                at_once = self.random.random() < 0.5
                when = instant if at_once else self._some_time(customer_id)
                units = self.random.choice(UNITS if self.random.random() < 0.95 else NO_UNITS)
                credit = {"units": units, "rollover": self.random.choice([True, True, False])}
                if self.random.random() < 0.1:
                    del credit[self.random.choice(["rollover", "rollover", "units"])]
                place = f"{number}_{position}"
                self._add_system_event("credited", customer_id, meter_id, when, place, **credit)

    def _add_system_event(
        self,
        kind: str,
        customer_id: str,
        meter_id: str,
        timestamp: datetime,
        place: object,
        **metadata: object,
    ) -> None:
        event = {
            "id": f"{kind}_{customer_id}_{meter_id}_{place}_{self.random.randrange(10**9)}",
            "name": f"meter.{kind}",
            "source": "system" if self.random.random() < 0.98 else "user",
            "timestamp": _text(timestamp),
            "customer_id": customer_id,
            "metadata": {"meter_id": meter_id, **metadata},
        }
        if self.random.random() < 0.7:
            chance = self.random.random()
            received = timestamp
            if chance < 0.4:
                received = self._received(customer_id, timestamp)
            elif chance < 0.5 and kind == "credited":
                # The sender's clock was far ahead.
                received -= timedelta(days=self.random.randrange(1, 90))
            event["ingested_at"] = _text(received)
        self._add_event(event)

    def _make_usage(self, event_count: int) -> None:
        for number in range(event_count):
            # Most of it has to be paid.
            customers = self.customers[1::2] if self.random.random() < 0.5 else self.customers
            customer = self.random.choice(customers)
            timestamp = self._some_time(customer["id"])
            event: dict = {
                "id": f"usage_{number}",
                "name": self.random.choice(["call", "call", "batch", "other"]),
                "source": "user" if self.random.random() < 0.97 else "system",
                "timestamp": _text(timestamp),
                **self._owner(customer),
                "metadata": self._usage_metadata(),
            }
            chance = self.random.random()
            if chance < 0.03:
                # The sender's clock is ahead.
                event["ingested_at"] = _text(
                    timestamp - timedelta(seconds=self.random.randrange(300))
                )
            elif chance < 0.75:
                event["ingested_at"] = _text(self._received(customer["id"], timestamp))
            self._add_event(event)

    def _owner(self, customer: dict) -> dict:
        chance = self.random.random()
        if chance < 0.03:
            return {}
        if chance < 0.06:
            return {"external_customer_id": f"external_{self.random.randrange(50, 60)}"}
        if chance < 0.45 and customer["external_id"] is not None:
            return {"external_customer_id": customer["external_id"]}
        return {"customer_id": customer["id"]}

    def _usage_metadata(self) -> dict:
        pool = QUANTITIES if self.random.random() < 0.9 else NO_QUANTITIES
        values = {"tokens": self.random.choice(pool), "user": self.random.choice(USERS)}
        return {name: bare(text) for name, text in values.items() if text is not None}

    # Products and prices

    def _price(self, price_id: str, meter_id: str, currency: str) -> dict:
        created_at = MADE
        if self.random.random() < 0.3:
            created_at = _text(self._between(FIRST_DAY, LAST_DAY))
        # No two are made at once.
        made_at = _at(created_at) + self.random.randrange(10**6) * MICROSECOND
        return {
            "id": price_id,
            "created_at": _text(made_at),
            "amount_type": "metered_unit",
            "meter_id": meter_id,
            "unit_amount": self.random.choice(UNIT_AMOUNTS),
            "cap_amount": self.random.choice(CAPS),
            "price_currency": currency,
            "is_archived": False,
        }

    def _prices(self, name: str) -> list[dict]:
        """Return a static price and metered ones; of a meter that adds up one at most."""
        currency = self.random.choice(CURRENCIES)
        static = {"id": f"{name}_fixed", "created_at": MADE, "amount_type": "fixed"}
        prices = [{**static, "price_currency": currency, "price_amount": 900}]
        meter_ids = self.random.sample(SUMMABLE, self.random.choice([0, 1, 1, 2]))
        meter_ids += self.random.choices(OTHERS, k=self.random.choice([0, 0, 1, 2]))
        if self.random.random() < 0.1:
            meter_ids.append(self.random.choice(["unknown", "broken"]))
        prices += [
            self._price(f"{name}_price_{number}", meter_id, currency)
            for number, meter_id in enumerate(meter_ids)
        ]
        self.random.shuffle(prices)
        return prices

    def _make_products(self) -> dict[str, dict]:
        products = {}
        for product_id in [*INTERVALS, *ONCE]:
            interval, count, meter_interval, meter_count = INTERVALS.get(product_id, [None] * 4)
            benefits = self.random.sample(BENEFITS, self.random.choice([1, 2, 3, 4]))
            if self.random.random() < 0.2:
                benefits.append(self.random.choice(BAD_BENEFITS))
            product = {
                "id": product_id,
                "name": product_id,
                "created_at": MADE,
                "modified_at": None,
                "is_recurring": interval is not None,
                "recurring_interval": interval,
                "recurring_interval_count": count,
                "meter_interval": meter_interval,
                "meter_interval_count": meter_count,
                "prices": self._prices(product_id) if interval else [],
                "benefits": [] if product_id == "seeded" else benefits,
            }
            products[product_id] = product
            if product_id == "not_landed":
                continue
            if self.random.random() < 0.3:
                self._add("polar/products", product)
                product = {
                    **product,
                    "modified_at": "2026-03-01T00:00:00Z",
                    "benefits": product["benefits"][1:],
                }
                products[product_id] = product
            self._add("polar/products", product)
        return products

    # Subscriptions

    def _grid(self, start: datetime, product: dict) -> list[datetime]:
        """Return the first starts of periods from an anchor."""
        interval, count = product["recurring_interval"], product["recurring_interval_count"]
        if product["meter_interval"]:
            interval, count = product["meter_interval"], product["meter_interval_count"] or 1
        starts = [step_from(start, interval, number * count) for number in range(1, 60)]
        soon = [instant for instant in starts if instant < LAST_DAY + timedelta(days=40)]
        return soon or starts[:1]

    def _make_subscription(self, subscription_id: str, customer: dict) -> None:
        product_id = self.random.choice(list(INTERVALS))
        product = self.products[product_id]
        status = self.random.choice(STATUSES)
        start = self._between(FIRST_DAY, LAST_DAY - timedelta(days=20))
        if self.random.random() < 0.4:
            start = _at(self.random.choice(ANCHORS))
        anchor, trial_end = start, None
        if status == "trialing" or self.random.random() < 0.2:
            anchor = trial_end = start + timedelta(days=self.random.choice([7, 14, 30]))
        grid = self._grid(anchor, product)
        record = {
            "id": subscription_id,
            "created_at": _text(start),
            "modified_at": None,
            "customer_id": customer["id"],
            "product_id": product_id,
            "status": "canceled" if status == "revoked" else status,
            "amount": 900,
            "currency": "usd",
            "recurring_interval": product["recurring_interval"],
            "recurring_interval_count": product["recurring_interval_count"],
            "started_at": _text(start),
            "trial_end": trial_end and _text(trial_end),
            "current_period_start": self._current_period_start(start, anchor, grid),
            "ended_at": None,
            "ends_at": None,
            "paused_at": None,
            **self._end(status, anchor, grid),
        }
        if status.startswith("incomplete") and self.random.random() < 0.5:
            record |= {"started_at": None, "trial_end": None, "current_period_start": None}
        if product_id == "not_landed" or self.random.random() < 0.2:
            record["product"] = product
        if self.random.random() < 0.6:
            record["prices"] = self._prices(subscription_id)
        elif self.random.random() < 0.3:
            record["prices"] = None
        instants = [start, *grid]
        for name in ("current_period_start", "ended_at", "ends_at", "paused_at"):
            # Looked at more often than any period.
            instants += [_at(record[name])] * 6 if record[name] else []
        self.moments[customer["id"]] += instants
        prices = record.get("prices", product["prices"]) or product["prices"]
        metered = [price["meter_id"] for price in prices if "meter_id" in price]
        self._metered.setdefault(customer["id"], []).extend(metered)
        if record["started_at"] is not None:
            if metered:
                self._seats.append((subscription_id, start))
            if self.random.random() < 0.4:
                self._make_grants(subscription_id, record, start)
            if self.random.random() < 0.2:
                self._change_plan(subscription_id, customer["id"], start)
        self._add("polar/subscriptions", record)
        if self.random.random() < 0.2:
            # Changed since.
            changed = {**record, "modified_at": _text(LAST_DAY)}
            changed["ends_at"] = record["ends_at"] or _text(grid[-1])
            self._add("polar/subscriptions", changed)

    def _current_period_start(
        self, start: datetime, anchor: datetime, grid: list[datetime]
    ) -> str | None:
        chance = self.random.random()
        if chance < 0.2:
            return None
        if chance < 0.5:
            return _text(self.random.choice(grid))
        if chance < 0.7:
            # The period was started anew on a day of its own.
            return _text(self._between(anchor + MICROSECOND, max(LAST_DAY, anchor)))
        return _text(start - timedelta(days=self.random.choice([0, 40])))

    def _end(self, status: str, anchor: datetime, grid: list[datetime]) -> dict:
        """Return the fields that say how a subscription ended, if it did."""
        boundary = self.random.choice([anchor, *grid])
        delay = timedelta(seconds=self.random.choice([0, 75, 4000]))
        if status == "canceled":
            return {"ends_at": _text(boundary), "ended_at": _text(boundary + delay)}
        if status == "revoked":
            ended_at = _text(self._between(anchor, LAST_DAY))
            return {"ends_at": ended_at, "ended_at": ended_at}
        if status == "paused":
            return {"paused_at": _text(boundary + delay)}
        if status == "unpaid":
            return {"current_period_start": _text(boundary)}
        if status == "active" and self.random.random() < 0.2:
            # Will end.
            return {"ends_at": _text(grid[-1])}
        return {}

    def _make_grants(self, subscription_id: str, record: dict, start: datetime) -> None:
        product = self.products[record["product_id"]]
        benefits = list(product["benefits"])[: self.random.choice([1, 4])]
        # One that the product gave once, often of the meter to which others may change.
        benefits.append(self.random.choice([*BENEFITS, *BENEFITS[2:5] * 6]))
        for number, benefit in enumerate(benefits):
            holder = record["customer_id"]
            if self.random.random() < 0.15:
                holder = self.random.choice(self.customers)["id"]
            granted_at = self.random.choice([start, self._between(start, LAST_DAY)])
            if self.random.random() < 0.1:
                granted_at = start - timedelta(minutes=5)
            holder_ids = {"subscription_id": subscription_id, "order_id": None}
            self._add_grant(
                f"grant_{subscription_id}_{number}", benefit, holder, holder_ids, granted_at
            )

    def _change_plan(self, subscription_id: str, customer_id: str, start: datetime) -> None:
        """Add grants of two benefits of one meter: one begins at the instant of the other's end."""
        changed_at = self._between(start, LAST_DAY)
        if self.random.random() < 0.4:
            later = [moment for moment in self.moments[customer_id] if start < moment < LAST_DAY]
            changed_at = self.random.choice(later or [changed_at])
        for number, benefit in enumerate(self.random.sample(BENEFITS[2:5], 2)):
            granted_at = changed_at if number else start
            grant = {
                "id": f"plan_{subscription_id}_{number}",
                "created_at": _text(granted_at),
                "modified_at": None,
                "granted_at": _text(granted_at),
                "is_granted": bool(number),
                "is_revoked": not number,
                "revoked_at": None if number else _text(changed_at),
                "subscription_id": subscription_id,
                "order_id": None,
                "customer_id": customer_id,
                "benefit_id": benefit["id"],
                "benefit": benefit,
            }
            self._add("polar/benefit_grants", grant)
        self.moments[customer_id].append(changed_at)

    def _add_grant(
        self,
        grant_id: str,
        benefit: dict,
        customer_id: str,
        holder_ids: dict,
        granted_at: datetime,
    ) -> None:
        """Add a grant, and when it was revoked perhaps another of the same or another benefit."""
        is_revoked = self.random.random() < 0.4
        revoked_at = max(granted_at, self._some_time(customer_id))
        # Granted again at once, or later, or not at all.
        for number in range(self.random.choice([1, 2]) if is_revoked else 1):
            grant = {
                "id": f"{grant_id}_{number}",
                "created_at": _text(granted_at),
                "modified_at": None,
                "granted_at": _text(granted_at) if self.random.random() < 0.9 else None,
                "is_granted": not is_revoked,
                "is_revoked": is_revoked,
                "revoked_at": _text(revoked_at) if is_revoked else None,
                **holder_ids,
                "customer_id": customer_id,
                "benefit_id": benefit["id"],
            }
            is_landed = any(benefit["id"] == landed["id"] for landed in LANDED_BENEFITS)
            if not is_landed or self.random.random() < 0.5:
                grant["benefit"] = benefit
            self._add("polar/benefit_grants", grant)
            self.moments[customer_id] += [granted_at, revoked_at]
            granted_at = revoked_at + timedelta(days=self.random.choice([0, 0, 3]))
            is_revoked = False
            if self.random.random() < 0.5:
                benefit = self.random.choice(BENEFITS[2:5])

    def _make_seats(self) -> None:
        for number in range(2 * len(self._seats)):
            subscription_id, start = self.random.choice(self._seats)
            customer_id = self.random.choice(self.customers)["id"]
            claimed_at = self._between(start, LAST_DAY)
            revoked_at = None
            if self.random.random() < 0.3:
                revoked_at = self._between(claimed_at, LAST_DAY)
            seat = {
                "id": f"seat_{number}",
                "created_at": _text(start),
                "modified_at": None,
                "subscription_id": subscription_id,
                "status": "revoked" if revoked_at else "claimed",
                "customer_id": customer_id,
                "claimed_at": _text(claimed_at),
                "revoked_at": revoked_at and _text(revoked_at),
            }
            if self.random.random() < 0.1:
                seat |= {"status": "pending", "claimed_at": None, "revoked_at": None}
                seat["customer_id"] = None
            self._add("polar/customer_seats", seat)
            self.moments[customer_id].append(claimed_at)

    # Orders

    def _make_order(self, order_id: str, customer: dict) -> None:
        created_at = self._some_time(customer["id"])
        status = self.random.choice(["paid", "paid", "paid", "refunded", "pending", "void"])
        product_id = self.random.choice([*ONCE, *ONCE, "monthly"])
        order = {
            "id": order_id,
            "created_at": _text(created_at),
            "modified_at": None,
            "status": status,
            "net_amount": 900,
            "currency": "usd",
            "customer_id": customer["id"],
            "product_id": product_id,
            "subscription_id": f"of_{order_id}" if self.random.random() < 0.1 else None,
        }
        if self.random.random() < 0.5:
            order["paid"] = status in ("paid", "refunded")
        self._add("polar/orders", order)
        self.moments[customer["id"]].append(created_at)
        if self.random.random() < 0.4:
            benefit = self.random.choice(BENEFITS)
            granted_at = created_at + timedelta(seconds=self.random.choice([0, 40]))
            holder_ids = {"subscription_id": None, "order_id": order_id}
            self._add_grant(f"grant_{order_id}", benefit, customer["id"], holder_ids, granted_at)
