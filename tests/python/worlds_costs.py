"""Random worlds with all that costs money: definitions, Paygentic events, dimensions, traces.

Beside what `worlds.py` avoids, these worlds avoid what the rules on definitions, windows and traces
leave open; each such choice is named where it is made.
"""

from collections.abc import Callable
from datetime import datetime, timedelta

from worlds import HOSTILE_AMOUNTS, LAST_DAY, UNREADABLE_AMOUNTS, World, bare

# Quantities that are priced by a unit cost. None is near 15 whole digits: whether the limit holds
# for the value or only for the amount is open.
QUANTITIES = [
    "0",
    "1",
    "150",
    "-3",
    "0.025",
    '"0.025"',
    "1e-7",
    '"1E+3"',
    "0.30000000000000004",
    "99999.999999999999",
    "0.00000000000049",
    "123456789",
    "1.005",
    '"000123.450"',
    '"+7"',
    "-0.0",
    "1e-400",
]
UNREADABLE_QUANTITIES = ["true", '"abc"', '"1,5"', '" 1"', '"NaN"', '""', "[1]", "{}", '"0x10"']
# Few values, so that the one that is named like the remainder is never beyond the listed ones:
# whether it would then count as one of them is open. No list, object or long number: how those are
# written as text is open. No text `(none)`: it would be one value with the missing ones.
FEW_VALUES = ['"eu"', '"us"', '"other"', '""', "5", "true", "null", None]
MANY_VALUES = [f'"team {number}"' for number in range(25)] + ['"it\'s \\"q\\" é {{ 1 }}"', None]

QUOTED_DIMENSION = 'user\'s "team"'
# Every definition names an event type, a value path and `sum`: whether a record without them is a
# bad row or a bad definition is open. Keys with both kinds of quotes or a backslash cannot be
# written in the supported JSONPath, and other characters than letters in `.key` are open. Unit
# costs are not negative.
GOOD_DEFINITIONS = [
    {
        "id": "tokens_in",
        "name": "Input tokens",
        "eventType": "call",
        "valueProperty": "$.usage.input",
        "currency": "USD",
        "groupBy": {
            "model": "$._llm.model",
            "team": "$['the team'].name",
            QUOTED_DIMENSION: '$["the team"].name',
            "region": "$.where[0]",
        },
        "unitCost": bare("0.000002500001"),
    },
    {
        "id": "tokens_out",
        "name": "Output tokens",
        "eventType": "call",
        "valueProperty": "$.usage.output",
        "currency": "eur",
        "groupBy": None,
        "unitCost": bare("0.015"),
        "unit": "minor",
    },
    {
        # No id: the name is the key, and has what breaks out of careless SQL and Jinja.
        "name": 'GPU\'s "cost"; drop table x; -- {{ 1 }} {% raw %}',
        "eventType": "compute.task",
        "valueProperty": '$["it\'s"][\'say "x" ; {{ 1 }}\'][1].cost',
        "groupBy": {"region": "$.where[0]", "deep": "$.a.b[2][0]['$.c']"},
    },
    {
        "name": "CPU cost",
        "eventType": "compute.task",
        "valueProperty": "$.cpu.cost",
        "currency": "jpy",
        "unit": "minor",
    },
    {
        "id": "seconds",
        "name": "Seconds of anything",
        "eventType": "*",
        "valueProperty": "$.seconds",
        "currency": "kwd",
        "unit": "minor",
        "unitCost": bare("100"),
        "groupBy": {"region": "$.where[0]"},
    },
    {
        "id": "whole_payload",
        "name": "The payload is the value",
        "eventType": "plain",
        "valueProperty": "$",
        "currency": "gbp",
        "unit": "major",
    },
    {
        "id": "first_of_payload",
        "name": "The first of the payload",
        "eventType": "plain",
        "valueProperty": "$[0]",
        "currency": "usd",
        "unitCost": bare("0"),
    },
]
# A bad definition may be bad in one way only: which of several is named is open.
BAD_DEFINITIONS = [
    {"valueProperty": "$..amount"},
    {"valueProperty": "$.*"},
    {"valueProperty": "$[*].cost"},
    {"valueProperty": "$.usage[0:2]"},
    {"valueProperty": "$.usage[?(@.x > 1)]"},
    {"valueProperty": "$.usage[-1]"},
    {"valueProperty": "$['usage"},
    {"valueProperty": "$.usage."},
    {"valueProperty": "usage.input"},
    {"valueProperty": "$.seconds') from x; drop table y; --"},
    {"groupBy": {"fine": "$.where", "broken": "$.where[*]"}},
    {"aggregation": "max"},
    {"unit": "dozen"},
    {"unitCost": bare("0.0000000000001")},
]

# One broken rule each. A reserved name as `customerId` is no broken rule, but open otherwise.
BROKEN_PAYGENTIC_EVENTS = [
    ('{"type": "call", "note": "%s"', "malformed_json"),
    ('["%s"]', "not_an_object"),
    ('{"data": {"note": "%s"}}', "missing_type"),
    ('{"type": null, "data": {"note": "%s"}}', "missing_type"),
    ('{"type": 5, "note": "%s"}', "unreadable_type"),
    ('{"type": "call", "note": "%s", "timestamp": "yesterday"}', "unreadable_timestamp"),
    ('{"type": "call", "note": "%s", "timestamp": "2027-02-01T00:00:00Z"}', "timestamp_in_future"),
    ('{"type": "call", "note": "%s", "customerId": 5}', "unreadable_customerId"),
    ('{"type": "call", "note": "%s", "externalSubject": {}}', "unreadable_externalSubject"),
    ('{"type": "call", "note": "%s", "idempotencyKey": 7}', "unreadable_idempotencyKey"),
    ('{"type": "call", "note": "%s", "type": "call"}', "duplicate_key"),
]
# Distances from the first delivery with a key: at the window's edges, and chains beyond them.
COPY_DISTANCES = [
    timedelta(),
    timedelta(seconds=1),
    timedelta(hours=20),
    timedelta(hours=23, minutes=59, seconds=59),
    timedelta(hours=24, microseconds=-1),
    timedelta(hours=24),
    timedelta(hours=24, seconds=1),
    timedelta(hours=30),
    timedelta(hours=44),
    timedelta(hours=48),
    timedelta(hours=72),
    timedelta(hours=-5),
    timedelta(hours=-24),
]


class CostWorld(World):
    """One random world with definitions, dimensions, traces and Paygentic events.

    Args:
        seed: decides everything.
        event_count: how many Polar events, before copies and broken lines.
    """

    def __init__(self, seed: int, event_count: int) -> None:
        self.event_count = event_count
        super().__init__(seed, event_count)
        self._make_bounds()
        self._make_chains()
        self._make_late_names()
        self._make_system_roots()
        self._make_definitions()
        self._make_paygentic_events(event_count // 5)

    def _pick(self, values: list) -> object:
        """Choose JSON text, or None for nothing, as a record's value."""
        text = self.random.choice(values)
        return None if text is None else bare(text)

    # Polar events

    def _event(self, number: int) -> dict:
        event = super()._event(number)
        if self.random.random() < 0.03:
            event.pop("id", None)
            event.pop("external_id", None)
        if self.random.random() < 0.2 and "timestamp" in event:
            event["ingested_at"] = self._instant().isoformat()
        if isinstance(event["metadata"], dict) and "note" in event["metadata"]:
            event["metadata"] |= self._payload(event["name"])
        if self.random.random() < 0.5:
            event["parent_id"] = self._parent_id(number)
        other = f"event_{number + 1}"
        if number % 10 == 3 and event.get("parent_id") != other:
            # Another event's Polar id as one's own external id: that is tried first. Not as its
            # own parent: whether it is then a self reference or a child of the other is open. No
            # two events share it, because who is seen in a copy of other content is open too.
            event["external_id"] = other
        return event

    def _parent_id(self, number: int) -> str | None:
        """Name a parent: before or after, missing, itself, or nobody.

        Never an empty text: whether it names the event with the empty external id is open.
        """
        chance = self.random.random()
        if chance < 0.03:
            return None
        if chance < 0.08:
            return f"{self.random.choice(['event', 'sent'])}_{number}"
        if chance < 0.15:
            return f"never_{self.random.randrange(50)}"
        if chance < 0.5:
            # Near ones make deeper trees.
            near = max(0, number - self.random.randrange(1, 5))
            return f"{self.random.choice(['event', 'sent'])}_{near}"
        any_number = self.random.randrange(self.event_count)
        return f"{self.random.choice(['event', 'event', 'sent'])}_{any_number}"

    def _payload(self, name: str) -> dict:
        """Return what the metrics of an event type find, and do not find."""
        payload: dict = {}
        if self.random.random() < 0.6:
            payload["_llm"] = {
                "vendor": self.random.choice(["openai", "a.b", None]),
                "model": self.random.choice(["small", 'it\'s "large"', "", None]),
            }
        if name == "call" and self.random.random() < 0.8:
            payload["usage"] = {"input": self._quantity(), "output": self._quantity()}
            if self.random.random() < 0.05:
                payload["usage"] = self.random.choice([None, 5, "text", [{"input": 1}]])
            payload["the team"] = {"name": self._pick(MANY_VALUES)}
        if name == "compute.task":
            payload["it's"] = {'say "x" ; {{ 1 }}': [{"cost": 7}, {"cost": self._amount()}]}
            if self.random.random() < 0.1:
                payload["it's"] = {'say "x" ; {{ 1 }}': [{"cost": 7}]}
            payload["cpu"] = {"cost": self._amount()}
            payload["a"] = {"b": [0, 1, [{"$.c": self._pick(FEW_VALUES)}]]}
        if self.random.random() < 0.15:
            payload["seconds"] = self._quantity()
        if self.random.random() < 0.7:
            payload["where"] = [self._pick(FEW_VALUES), "elsewhere"]
        return payload

    def _quantity(self) -> object:
        chance = self.random.random()
        if chance < 0.1:
            return self._pick(UNREADABLE_QUANTITIES)
        if chance < 0.6:
            return self._pick(QUANTITIES)
        return self.random.randrange(10**6)

    def _amount(self) -> object:
        chance = self.random.random()
        if chance < 0.1:
            return self._pick(UNREADABLE_AMOUNTS)
        if chance < 0.5:
            return self._pick(HOSTILE_AMOUNTS)
        return self.random.randrange(10**6)

    def _make_bounds(self) -> None:
        """Add the first and the last trace of all: both of users.

        Whether traces of system events count for the first and last day of the statistics is open.
        """
        for name, instant in (("first", "2023-12-31T12:00:00Z"), ("last", "2027-01-15T11:00:00Z")):
            self._add(
                "polar/events", {"id": f"bound_{name}", "name": "bound", "timestamp": instant}
            )

    def _plain_event(self, identifier: str, parent_id: str | None, **fields: object) -> dict:
        cost = {"amount": self.random.randrange(1, 10**4), "currency": "usd"}
        event = {
            "id": identifier,
            "name": self.random.choice(["call", "chain"]),
            "timestamp": self._instant().isoformat(),
            "customer_id": self.random.choice(self.customers)["id"],
            "metadata": {"_cost": cost},
            **fields,
        }
        return event if parent_id is None else {**event, "parent_id": parent_id}

    def _make_chains(self) -> None:
        """Add chains around and beyond 100 parents, cycles with what hangs off them, and copies.

        No cycle is longer than 100 events: whether what hangs off one would find a root is open.
        """
        for length in (40, 99, 103, 130):
            for number in range(length):
                parent = None if number == 0 else f"chain{length}_{number - 1}"
                self._add("polar/events", self._plain_event(f"chain{length}_{number}", parent))
            # A branch from the middle.
            twig = self._plain_event(f"chain{length}_twig", f"chain{length}_{length // 2}")
            self._add("polar/events", twig)
        for length in (2, 3, 60):
            for number in range(length):
                parent = f"cycle{length}_{(number + 1) % length}"
                self._add("polar/events", self._plain_event(f"cycle{length}_{number}", parent))
            for number in range(length):
                parent = f"cycle{length}_0" if number == 0 else f"cycle{length}_tail{number - 1}"
                self._add("polar/events", self._plain_event(f"cycle{length}_tail{number}", parent))
        for number in range(8):
            # Copies of a parent that name another parent: only the first landed is believed.
            parent = self._plain_event(f"copied_{number}", "bound_first")
            for other in ("bound_first", "bound_last", None):
                self._add("polar/events", {**parent, "parent_id": other})
            # A conflicting copy under the same id that brings an external id which is nobody's
            # then. The child by that id has a parent only if that copy landed first.
            named = {**parent, "external_id": f"copied_sent_{number}", "name": "call changed"}
            self._add("polar/events", named)
            for place in (f"copied_{number}", f"copied_sent_{number}"):
                child = self._plain_event(f"child_of_{place}", place)
                self._add("polar/events", child)

    def _make_late_names(self) -> None:
        """Name customers in one record each, wherever it lands, that Paygentic events name too."""
        for number in range(4):
            self._add(
                "polar/customers",
                {
                    "id": f"late_customer_{number}",
                    "created_at": self._instant().isoformat(),
                    "external_id": f"late_external_{number}",
                },
            )
            event = self._plain_event(f"names_{number}", None, customer_id=f"late_name_{number}")
            self._add("polar/events", event)

    def _make_system_roots(self) -> None:
        """Add system events that name a parent and are one.

        They cost nothing themselves, and no user sends events of their name: whether a system
        event's trace may be an outlier is open.
        """
        for number in range(6):
            self._add(
                "polar/events",
                {
                    "id": f"system_{number}",
                    "name": "subscription.cycled",
                    "source": "system",
                    "timestamp": self._instant().isoformat(),
                    "customer_id": self.random.choice(self.customers)["id"],
                    "parent_id": self.random.choice(["bound_first", "chain40_3"]),
                    "metadata": {"subscription_id": f"subscription_{number}"},
                },
            )
            child = self._plain_event(f"child_of_system_{number}", f"system_{number}")
            self._add("polar/events", child)

    # Definitions

    def _make_definitions(self) -> None:
        add: Callable[[dict], None] = lambda record: self._add("paygentic/cost_metrics", record)  # noqa: E731
        for definition in GOOD_DEFINITIONS:
            add({"aggregation": "sum", **definition})
        for number, flaw in enumerate(BAD_DEFINITIONS):
            fine = {"valueProperty": "$.seconds", "aggregation": "sum", "currency": "usd"}
            record = {"id": f"bad_{number}", "name": f"Bad {number}", "eventType": "call"}
            add({**record, **fine, **flaw})
        shared = {"aggregation": "sum", "eventType": "call", "currency": "usd"}
        # The built-in metric keeps its id.
        taken = {"id": "polar_cost", "name": "Mine", "valueProperty": "$.seconds"}
        add({**shared, **taken})
        # Edited, in whichever order the two land: one changes the price, one the path, one turns
        # bad or good, one is the same key first as an id and then as a name.
        for name, older, newer in (
            ("price", {"unitCost": bare("0.5")}, {"unitCost": bare("0.25")}),
            ("path", {"valueProperty": "$.usage.input"}, {"valueProperty": "$.usage.output"}),
            ("bad", {}, {"valueProperty": "$.usage.*"}),
            ("key", {"id": None, "name": "edited_key"}, {"currency": "eur"}),
        ):
            record = {"id": f"edited_{name}", "name": "Edited", "valueProperty": "$.usage.input"}
            for change in (older, newer):
                add({**shared, **record, **change})

    # Paygentic events

    def _make_paygentic_events(self, event_count: int) -> None:
        for number in range(event_count):
            event = self._paygentic_event(number)
            self._add("paygentic/events", event)
            if "idempotencyKey" in event:
                self._make_deliveries(event)
        for number in range(event_count // 25):
            text, _ = self.random.choice(BROKEN_PAYGENTIC_EVENTS)
            self.records["paygentic/events"].append(text % f"broken_{number}")

    def _paygentic_event(self, number: int) -> dict:
        name = self.random.choice(["call", "call", "compute.task", "plain", "x'y\"z"])
        event: dict = {"type": name, **self._paygentic_customer()}
        if name == "plain":
            event["data"] = self.random.choice(
                [self._amount(), [self._quantity()], [], "no number", None, {"seconds": 1}]
            )
        else:
            event["data"] = {"number": number, **self._payload(name)}
            if self.random.random() < 0.3:
                event["data"]["_cost"] = self._cost()
        chance = self.random.random()
        if chance < 0.9:
            event["timestamp"] = self._time_text()
        elif chance < 0.95:
            event["timestamp"] = None
        chance = self.random.random()
        if chance < 0.3:
            event["idempotencyKey"] = f"key_{number}"
        elif chance < 0.4:
            # No key at all: never a copy.
            event["idempotencyKey"] = self.random.choice(["", None])
            self._add("paygentic/events", event)
        return event

    def _paygentic_customer(self) -> dict:
        chance = self.random.random()
        registered = self.random.choice(self.customers)["id"]
        external = f"external_{self.random.randrange(60)}"
        if chance < 0.25:
            return {"customerId": registered}
        if chance < 0.4:
            # A customer id that only one other record names, or none: then an external id.
            names = ["late_customer", "late_name", "late_external", "only_in_events", "nobody"]
            return {"customerId": f"{self.random.choice(names)}_{self.random.randrange(6)}"}
        if chance < 0.5:
            return {"customerId": external}
        if chance < 0.7:
            return {"externalSubject": external}
        if chance < 0.75:
            # An external id is never a customer id.
            return {"externalSubject": registered}
        if chance < 0.85:
            return {"customerId": registered, "externalSubject": external}
        if chance < 0.9:
            return {"customerId": self.random.choice(["", None]), "externalSubject": external}
        if chance < 0.93:
            return {"externalSubject": ""}
        return {}

    def _make_deliveries(self, event: dict) -> None:
        """Deliver an event with a key again, at the edges of its window and in chains.

        The data of copies are the same text or other content: whether other spellings of the same
        numbers or keys conflict is open. The customers of a conflicting copy are registered ones:
        whether a customer whom only a rejected copy names has a row is open.
        """
        first = LAST_DAY - timedelta(seconds=self.random.randrange(4 * 86400, 300 * 86400))
        has_time = event.get("timestamp") is not None
        for _ in range(self.random.choice([1, 1, 2, 3, 5])):
            copy = dict(event)
            chance = self.random.random()
            if has_time and chance < 0.8:
                copy["timestamp"] = self._shift(first, self.random.choice(COPY_DISTANCES))
            elif chance < 0.85:
                copy["type"] = "call" if event["type"] == "compute.task" else "compute.task"
            elif chance < 0.9 and isinstance(event["data"], dict):
                copy["data"] = {**event["data"], "more": 1}
            elif chance < 0.95:
                copy["customerId"] = "customer_0"
            self._add("paygentic/events", copy)
        if has_time and self.random.random() < 0.8:
            again = {**event, "timestamp": self._shift(first, timedelta())}
            for _ in range(self.random.choice([1, 2])):
                self._add("paygentic/events", again)

    @staticmethod
    def _shift(first: datetime, distance: timedelta) -> str:
        return (first + distance).isoformat().replace("+00:00", "Z")
