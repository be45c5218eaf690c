"""Random worlds: landed files full of late, duplicate, hostile and ordinary records, from a seed.

A world avoids what the specification leaves open (for example, two customers that claim one
external id at the same instant), so that every difference from the oracle is somebody's mistake.
"""

import json
import random
import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal

LAST_DAY = datetime(2027, 1, 14, tzinfo=UTC)
# Amounts as JSON text: each has been a trap for floats, casts or decimal types.
HOSTILE_AMOUNTS = [
    "99999.999999999999",
    "1e-7",
    '"0.025"',
    "12345678901234567",
    "-12345678901234567",
    "0.30000000000000004",
    "9007199254740993",
    "0.1",
    "1.005",
    "0.0000000000005",
    "-0.0000000000005",
    "0.00000000000049999999",
    '"99999.999999999999"',
    '"1e-12"',
    '"-1.5E+3"',
    '"+7"',
    '".5"',
    "0",
    "-0.0",
    "1E2",
    "1e-400",
    '"0e999"',
    "5e-15",
    "123456.7890123456789012345678901234567890",
    '"000123.450"',
]
UNREADABLE_AMOUNTS = [
    "true",
    '"abc"',
    '"1,5"',
    '" 1"',
    '"1_000"',
    '"NaN"',
    '"Infinity"',
    '"0x10"',
    '""',
    "[1]",
    "{}",
    '"1."',
    '"1e"',
    "1e400",
    '"-1e30"',
    "1000000000000000000",
    "100000000000000000000000000000000000000000",
]
NO_AMOUNTS = ["null", None]
HOSTILE_RATES = [
    "1.1",
    "0.00650001",
    '"0.00000001"',
    "1.123456785",
    "3.25",
    "999999999",
    "0.33333333",
]
# The last or first instant of a day, month or year somewhere.
HOSTILE_TIMES = [
    "2026-12-31T23:59:59.999999Z",
    "2027-01-01T00:00:00Z",
    "2026-12-31T18:29:59.999999Z",
    "2026-12-31T18:30:00Z",
    "2026-03-08T07:59:59.999999Z",
    "2026-03-08T08:00:00Z",
    "2026-03-08T10:00:00Z",
    "2026-11-01T06:59:59.999999Z",
    "2026-11-01T08:30:00Z",
    "2026-11-01T09:30:00Z",
    "2026-11-02T08:00:00Z",
    "2026-12-31T09:59:59Z",
    "2026-12-31T10:00:00+00:00",
    "2024-02-29T23:59:59+05:30",
    "2026-06-30T20:00:00-04:00",
]
BROKEN_EVENTS = [
    ('{"id": "%s", "name": "call"', "malformed_json"),
    ("[%r]", "malformed_json"),
    ('["%s"]', "not_an_object"),
    ('{"id": "%s", "timestamp": "2026-01-01T00:00:00Z"}', "missing_name"),
    ('{"id": "%s", "name": "call", "timestamp": "yesterday"}', "unreadable_timestamp"),
    ('{"id": "%s", "name": "call", "timestamp": null}', "unreadable_timestamp"),
    ('{"id": "%s", "name": "call", "timestamp": "2027-02-01T00:00:00Z"}', "timestamp_in_future"),
    ('{"id": "%s", "name": "call", "name": "call"}', "duplicate_key"),
    ('{"id": "%s", "name": "call", "customer_id": "unattributed"}', "reserved_customer_id"),
    ('{"id": "openmeter:%s", "name": "call"}', "reserved_id"),
]


def write_record(record: dict) -> str:
    """Write a record as one line; texts in `<<...>>` become bare JSON, numbers stay as written."""
    return re.sub(r'"<<(.*?)>>"', lambda found: json.loads(f'"{found[1]}"'), json.dumps(record))


def bare(text: str) -> str:
    """Mark JSON text that `write_record` writes without quotes."""
    return f"<<{text}>>"


class World:
    """One random world.

    Args:
        seed: decides everything.
        event_count: how many events, before copies and broken lines.
    """

    def __init__(self, seed: int, event_count: int) -> None:
        self.random = random.Random(seed)
        self.customer_count = 40
        self.records: dict[str, list[str]] = {}
        self.customers = self._make_customers()
        orders = self._make_orders(event_count // 12)
        self._make_events(event_count, orders)
        self._make_rates()

    def files(self, part_count: int) -> list[dict[str, bytes]]:
        """Deal the records into landings.

        Args:
            part_count: number of landings.

        Returns:
            For each landing, file name -> content; events come in several files.
        """
        parts: list[dict[str, bytes]] = [{} for _ in range(part_count)]
        for entity, lines in self.records.items():
            shuffled = list(lines)
            self.random.shuffle(shuffled)
            file_count = part_count * (3 if entity.endswith("/events") else 1)
            for number in range(file_count):
                dealt = shuffled[number::file_count]
                if dealt:
                    name = f"{entity}/file_{number}.ndjson"
                    parts[number % part_count][name] = ("\n".join(dealt) + "\n").encode()
        return parts

    def _add(self, entity: str, record: dict) -> None:
        self.records.setdefault(entity, []).append(write_record(record))

    def _instant(self) -> datetime:
        seconds = self.random.randrange(400 * 86400)
        microseconds = self.random.choice([0, 0, 1, 999_999, 123_000])
        return LAST_DAY - timedelta(seconds=seconds, microseconds=microseconds)

    def _time_text(self) -> str:
        if self.random.random() < 0.3:
            return self.random.choice(HOSTILE_TIMES)
        instant = self._instant()
        shape = self.random.random()
        if shape < 0.1:
            return bare(str(int(instant.timestamp())))
        if shape < 0.2:
            return bare(str(int(instant.timestamp()) * 1000 + instant.microsecond // 1000))
        return instant.isoformat().replace("+00:00", self.random.choice(["Z", "+00:00"]))

    def _make_customers(self) -> list[dict]:
        customers = []
        for number in range(self.customer_count):
            created_at = self._instant()
            customers.append(
                {
                    "id": f"customer_{number}",
                    "created_at": created_at.isoformat(),
                    "modified_at": (created_at + timedelta(hours=number)).isoformat(),
                    "external_id": f"external_{number}" if number % 4 else None,
                    "name": f"Name {number}",
                    "email": f"{number}@world.example",
                    "deleted_at": None,
                }
            )
        for number in (1, 5, 9):
            # Deleted, and the external id given to the next customer but one.
            customers[number]["deleted_at"] = customers[number]["modified_at"]
            customers[number + 2]["external_id"] = customers[number]["external_id"]
        for number, customer in enumerate(customers):
            if number % 5 == 2:
                continue  # Known only from what embeds it, or not at all.
            self._add("polar/customers", customer)
            if number % 7 == 0:
                older = {**customer, "modified_at": None, "name": "Older"}
                self._add("polar/customers", older)
        return customers

    def _money(self) -> int:
        return self.random.choice(
            [0, 1, 5, 999, 2900, self.random.randrange(10**6), self.random.randrange(10**12)]
        )

    def _make_orders(self, order_count: int) -> list[dict]:
        orders = []
        for number in range(order_count):
            customer = self.random.choice(self.customers)
            created_at = self._instant() - timedelta(days=20)
            net_amount = self._money()
            if self.random.random() < 0.01:
                net_amount = 123456789012345678
            status = self.random.choice(
                ["paid", "paid", "paid", "refunded", "partially_refunded", "pending", "void"]
            )
            order = {
                "id": f"order_{number}",
                "created_at": created_at.isoformat(),
                "modified_at": (created_at + timedelta(days=3)).isoformat(),
                "status": status,
                "net_amount": net_amount,
                "currency": self.random.choice(["usd", "usd", "eur", "USD", "jpy", "kwd", "gbp"]),
                "customer_id": customer["id"],
                "platform_fee_amount": self.random.choice([0, 40, 123, None]),
                "platform_fee_currency": self.random.choice(["usd", "eur", None]),
                "refunded_amount": 0,
            }
            if self.random.random() < 0.5:
                order["paid"] = status in ("paid", "refunded", "partially_refunded")
            if self.random.random() < 0.3:
                order["customer"] = customer
            orders.append(order)
            self._make_refunds(order)
            self._add("polar/orders", order)
            if self.random.random() < 0.2:
                older = {**order, "modified_at": None, "net_amount": 1, "status": "pending"}
                older.pop("paid", None)
                older.pop("customer", None)
                self._add("polar/orders", older)
            if self.random.random() < 0.1:
                self._add("polar/orders", order)
        return orders

    def _make_refunds(self, order: dict) -> None:
        if order["status"] not in ("refunded", "partially_refunded"):
            return
        created_at = datetime.fromisoformat(order["created_at"])
        for number in range(self.random.choice([0, 1, 1, 2])):
            amount = self.random.randrange(1, 5000)
            status = self.random.choice(["succeeded", "succeeded", "pending", "failed"])
            if status == "succeeded" and self.random.random() < 0.9:
                order["refunded_amount"] += amount
            refund = {
                "id": f"refund_{order['id']}_{number}",
                "created_at": (created_at + timedelta(days=5 * number, hours=7)).isoformat(),
                "modified_at": None,
                "status": status,
                "amount": amount,
                "currency": order["currency"],
                "order_id": order["id"],
                "customer_id": order["customer_id"],
            }
            if self.random.random() < 0.2:
                del refund["customer_id"]
            if self.random.random() < 0.05:
                refund["order_id"] = f"unknown_{order['id']}"
            self._add("polar/refunds", refund)
        if self.random.random() < 0.4:
            order["refunded_amount"] += self.random.randrange(1, 3000)

    def _cost(self) -> dict:
        chance = self.random.random()
        if chance < 0.1:
            amount = self.random.choice(UNREADABLE_AMOUNTS)
        elif chance < 0.15:
            amount = self.random.choice(NO_AMOUNTS)
        elif chance < 0.5:
            amount = self.random.choice(HOSTILE_AMOUNTS)
        else:
            digits = self.random.randrange(10 ** self.random.randrange(1, 19))
            amount = f"{Decimal(digits).scaleb(-self.random.randrange(0, 17)):f}"
            if self.random.random() < 0.4:
                amount = f'"{amount}"'
        cost = {} if amount is None else {"amount": bare(amount)}
        # An amount is either unreadable or in an unknown currency: which reason is first is open.
        currencies = ["usd", "usd", "USD", "eur", "jpy", "kwd", "gbp", "inr"]
        if 0.15 <= chance < 0.2:
            currencies = ["usdt", "", "zzz", None, 5]
        currency = self.random.choice(currencies)
        return cost if currency is None else {**cost, "currency": currency}

    def _event(self, number: int) -> dict:
        event: dict = {"name": self.random.choice(["call", "", "a.b", "x'y\"z"])}
        chance = self.random.random()
        if chance < 0.8:
            event["id"] = f"event_{number}"
        if chance > 0.7:
            event["external_id"] = f"sent_{number}"
        if self.random.random() < 0.97:
            event["timestamp"] = self._time_text()
        chance = self.random.random()
        customer = self.random.choice(self.customers)
        if chance < 0.4:
            event["customer_id"] = customer["id"]
        elif chance < 0.45:
            event["customer_id"] = customer["id"]
            event["external_customer_id"] = self.random.choice(self.customers)["external_id"]
        elif chance < 0.8:
            event["external_customer_id"] = f"external_{self.random.randrange(60)}"
        elif chance < 0.85:
            event["customer_id"] = f"only_in_events_{self.random.randrange(5)}"
        elif chance < 0.9:
            event["external_customer_id"] = None
        if self.random.random() < 0.03:
            event["customer"] = customer
        event["metadata"] = {"note": self.random.choice(["x", "{}", "\\u0000", "é", None])}
        if self.random.random() < 0.9:
            event["metadata"]["_cost"] = self._cost()
        if self.random.random() < 0.02:
            event["metadata"] = self.random.choice([[], "text", 5, None, {"_cost": 5}])
        event["source"] = "user"
        return event

    def _make_events(self, event_count: int, orders: list[dict]) -> None:
        for number in range(event_count):
            event = self._event(number)
            self._add("polar/events", event)
            is_known_again = "id" in event or "external_id" in event
            if is_known_again and "timestamp" in event and self.random.random() < 0.05:
                copies = self.random.randrange(1, 3)
                for _ in range(copies):
                    self._add("polar/events", event)
                if self.random.random() < 0.2:
                    self._add("polar/events", {**event, "name": "changed"})
        for number in range(event_count // 50):
            text, _ = self.random.choice(BROKEN_EVENTS)
            line = text % f"broken_{number}"
            self.records["polar/events"].append(line)
        for number, order in enumerate(orders):
            if number % 3 == 0:
                self._make_ledger(order)

    def _make_ledger(self, order: dict) -> None:
        created_at = datetime.fromisoformat(order["created_at"])
        settlement = self._money()
        shared = {
            "order_id": order["id"],
            "currency": "usd",
            "presentment_currency": order["currency"].lower(),
        }
        kinds = ["balance.order", "balance.refund", "balance.refund_reversal"]
        kinds += ["balance.dispute", "balance.dispute_reversal"]
        chosen = [kind for kind in kinds[1:] if self.random.random() < 0.3]
        first = self.random.choice(["balance.order", "balance.order", "balance.credit_order", None])
        for days, kind in enumerate([first, *chosen]):
            if kind is None:
                continue
            sign = 1 if kind in ("balance.order", "balance.credit_order") else -1
            sign = -sign if "reversal" in kind else sign
            amount = sign * (settlement if days == 0 else self.random.randrange(1, 10**5))
            metadata = {**shared, "amount": amount, "fee": self.random.choice([0, 15, 1500])}
            if kind == "balance.credit_order":
                del metadata["presentment_currency"]
                metadata["currency"] = order["currency"].lower()
            elif self.random.random() < 0.8:
                metadata["presentment_amount"] = amount * 2
                if kind == "balance.order":
                    metadata["net_amount"] = amount * 3
            if "refund" in kind:
                metadata["refund_id"] = f"refund_{order['id']}_0"
            if "refund" in kind and self.random.random() < 0.5:
                metadata["order_created_at"] = order["created_at"]
            if kind == "balance.order" and self.random.random() < 0.05:
                del metadata["order_id"]
            event = {
                "id": f"ledger_{order['id']}_{kind}",
                "timestamp": (created_at + timedelta(days=4 * days)).isoformat(),
                "name": kind,
                "source": "system" if self.random.random() < 0.95 else "user",
                "customer_id": order["customer_id"],
                "metadata": metadata,
            }
            for _ in range(self.random.choice([1, 1, 1, 1, 2, 3])):
                self._add("polar/events", event)

    def _make_rates(self) -> None:
        for currency in ("eur", "jpy", "kwd", "usd", "inr", "EUR"):
            for _ in range(12):
                self._add(
                    "reference/exchange_rates",
                    {
                        "rate_date": self._instant().date().isoformat(),
                        "currency": currency,
                        "rate": bare(self.random.choice(HOSTILE_RATES)),
                    },
                )
