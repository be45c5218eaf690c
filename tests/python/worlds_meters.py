"""Random worlds with meters: random filters and aggregations over random JSON.

Beside what the other worlds avoid, these avoid what the rules on filters and quantities leave open;
each such choice is named where it is made.
"""

import json
from datetime import datetime

from oracle_filters import OPERATORS
from worlds import HOSTILE_TIMES, bare
from worlds_costs import FEW_VALUES, CostWorld

LONG_TEXT = "long é " * 140
TEXTS = [
    "abc",
    "abd",
    "ABC",
    "xabcx",
    "",
    "5",
    "5.0",
    "10",
    "-3",
    "1e3",
    "t",
    "f",
    "true",
    "false",
    "null",
    " 5",
    "%",
    "_",
    "a%c",
    'it\'s "quoted"',
    "back\\slash",
    "line\nbreak\ttab",
    "\u0001\u001f\u007f",
    "{{ not }} {% raw %} {# x #}",
    "-- comment; drop table x",
    "größe 😀",
    "é",
    "\u2028",
    "\uffff",
    LONG_TEXT,
    LONG_TEXT + "x",
]
# Numbers that every engine prints as they are written. A number's text counts for `like`; how
# others are printed is open.
NUMBERS = [
    "5",
    "5.0",
    "5.5",
    "10",
    "0",
    "1",
    "-3",
    "0.5",
    "-0.25",
    "100",
    "1.0",
    "0.0",
    "0.1",
    "123456789012",
    "2147483647",
    "2147483648",
    "-2147483649",
]
NOTATIONS = [
    "5e0",
    "0.5e1",
    "50e-1",
    "5.00",
    "1e3",
    "1E+2",
    "1e-7",
    "-3.0E0",
    "1.50",
    "100.00",
    "-0",
]
# What a double takes for 5, or for something else than it is.
DOUBLES = [
    "5.0000000000000000001",
    "4.99999999999999999999",
    "9007199254740993",
    "0.99999999999999999999",
]
FLAGS = ["true", "false"]
CONTAINERS = [
    "[]",
    "{}",
    "[5]",
    '[5, "abc", null, true]',
    '{"x": 5}',
    '{"x": {"y": "abc"}, "a": [1.5, {}]}',
    '["größe \\u00e9 \\"q\\" \\\\ \\n"]',
    '{"b": 5, "a": "t"}',
]
NOTHING = ["null", None]
INTEGERS = [5, 0, 1, -3, 10, 100, 1000, 2147483647, -2147483648]
# What is asked of these properties more often than anything else, so that much is equal.
OWN_VALUES: dict[str, list] = {
    "text": TEXTS[:8],
    "metadata.text": TEXTS[:8],
    "number": [5, 10, 0, 1, -3, 100, 2147483647, True, False],
    "flag": [True, False],
    "_llm.total_tokens": [5, 10, 0, -3, "5", "05", True, False],
}

# Quantities at every edge: the twelfth decimal, 18 whole digits, and what is no number. None lies
# so near a half or the largest number that only digits which nobody reads could tell.
QUANTITIES = [
    "0",
    "1",
    "1.0",
    "-3",
    "150",
    "0.5",
    "0.0000000000005",
    "-0.0000000000005",
    "0.00000000000049999999",
    "0.000000000001",
    "-1.0000000000015",
    "99999.999999999999",
    "0.30000000000000004",
    "123456.7890123456789",
    "1.5E+3",
    "2e-12",
    "999999999999999999",
    "-999999999999999999.999999999999",
    "1e17",
    "1e-7",
    "-0.0",
    "100000000000000000.5",
]
TOO_LARGE = ["1000000000000000000", "-1e18", "1e30", "123456789012345678901234567890", "1e400"]
NO_NUMBERS = ['"abc"', "true", "[1]", "{}", '""', '" 1"', '"1_000"', '"NaN"', '"0x10"', '"1,5"']
NUMERIC_TEXTS = ['"5"', '"+5"', '".5"', '"1e3"', '"-0.0000000000005"', '"000123.450"']
NUMERIC_TEXTS += ['"999999999999999999.999999999999"', '"0.1234567890123456"']
LARGE_TEXTS = ['"1000000000000000000"', '"1e40"']
# Different ones of these are different in every way of reading them.
UNIQUE_VALUES = ["1", "1.0", "1e0", "10e-1", '"1"', "true", '"true"', "null", '"null"', "0", "-0.0"]
UNIQUE_VALUES += [
    "0.1",
    "0.10",
    '"0.1"',
    "100",
    "1E+2",
    "999999999999999999",
    "[1]",
    "[1.0]",
    '"[1]"',
]
UNIQUE_VALUES += ["{}", '{"a": "b"}', '""', '"é"', '"\\u00e9"', "false", "1e-12"]

# Numbers to Polar in texts too, where Polar writes them as texts.
TOKENS = [
    "5",
    "10",
    "0",
    "-3",
    "5.0",
    '"5"',
    '"10"',
    '"5.0"',
    '"-3"',
    '"05"',
    '"+5"',
    '"abc"',
    "true",
]
TOKENS += ['""', "null"]
TOKEN_COUNTS = ["input_tokens", "cached_input_tokens", "output_tokens", "total_tokens"]

# No dots (they descend) and no backslash or both kinds of quotes in JSONPath.
HOSTILE_KEYS = [
    'it\'s a "key" \\ ',
    "line\nbreak\ttab",
    "{{ not }} {% raw %} {# x #}",
    "-- comment; drop table x",
    "größe 😀",
    "%_",
    "$",
    "[0]",
    "*",
    " ",
    "k" * 300,
]
PATH_KEYS = ["it's", 'say "x"', "{{ 1 }}; --", "größe 😀", "a.b", "$", "*", " "]

NAMES = ["call", "", "a.b", "x'y\"z", "compute.task", "balance.order", "metered", "chain"]
LIKE_NAMES = ["a", ".", "balance.", "'", '"', "x'y\"z", "zzz", "%", "metered"]

# What clauses are about. Of the second kind no text is asked: how all of it is printed is open.
PROPERTIES = ["text", "metadata.text", "number", "flag", "any", "Any", "deep.any", "deep.b"]
PROPERTIES += ["deep.b.c", "metadata.deep.b.c", "metadata.metadata.x", "container", "container.x"]
PROPERTIES += [f"_llm.{name}" for name in TOKEN_COUNTS]
PROPERTIES += ["container.x.y", "missing", "text.x", "container.0", "raw.é", "raw.Größe"]
PROPERTIES += HOSTILE_KEYS + [f"metadata.{key}" for key in HOSTILE_KEYS[:3]]
ONLY_COMPARED = ["notation", "deep", "deep.notation", "double"]
MOST_ORDINARY_GROUPS = 5
POLAR_METER_COUNT = 32
OPENMETER_METER_COUNT = 14
MADE = "2026-01-01T00:00:00Z"
CHANGED = "2026-06-01T00:00:00Z"


def _everything() -> dict:
    return {"conjunction": "and", "clauses": []}


def _clause(**change: object) -> dict:
    fine = {"property": "number", "operator": "eq", "value": 5}
    return {"conjunction": "or", "clauses": [{**fine, **change}]}


def _without(name: str) -> dict:
    group = _clause()
    del group["clauses"][0][name]
    return group


def _nest(group: dict, depth: int) -> dict:
    for _ in range(depth):
        group = {"conjunction": "and", "clauses": [group]}
    return group


# One flaw each, with the reason.
BAD_POLAR_METERS: list[tuple[dict, str]] = [
    ({"filter": None}, "missing_filter"),
    ({"filter": 5}, "unreadable_filter"),
    ({"filter": [_everything()]}, "unreadable_filter"),
    ({"filter": {"conjunction": "xor", "clauses": []}}, "unknown_conjunction"),
    ({"filter": {"clauses": []}}, "unknown_conjunction"),
    ({"filter": {"conjunction": "and", "clauses": {}}}, "unreadable_clauses"),
    ({"filter": {"conjunction": "and"}}, "unreadable_clauses"),
    ({"filter": {"conjunction": "and", "clauses": ["name"]}}, "unreadable_clause"),
    ({"filter": {"conjunction": "and", "clauses": [None]}}, "unreadable_clause"),
    ({"filter": _clause(operator="equals")}, "unknown_operator"),
    ({"filter": _clause(operator="eq' or 1 = 1 --")}, "unknown_operator"),
    ({"filter": _clause(operator=None)}, "unknown_operator"),
    ({"filter": _without("operator")}, "unknown_operator"),
    ({"filter": _without("property")}, "unreadable_property"),
    ({"filter": _clause(property=5)}, "unreadable_property"),
    ({"filter": _clause(property="")}, "unreadable_property"),
    ({"filter": _clause(property="a..b")}, "unreadable_property"),
    ({"filter": _clause(property="metadata.")}, "unreadable_property"),
    ({"filter": _clause(property=".".join(["a"] * 101))}, "unreadable_property"),
    ({"filter": _clause(property="a\0b")}, "unreadable_property"),
    ({"filter": _without("value")}, "unreadable_value"),
    ({"filter": _clause(value=None)}, "unreadable_value"),
    ({"filter": _clause(value=bare("1.5"))}, "unreadable_value"),
    ({"filter": _clause(value=[5])}, "unreadable_value"),
    ({"filter": _clause(value={"a": 5})}, "unreadable_value"),
    ({"filter": _clause(value=2147483648)}, "unreadable_value"),
    ({"filter": _clause(value=-2147483649)}, "unreadable_value"),
    ({"filter": _clause(value=bare("1e300"))}, "unreadable_value"),
    ({"filter": _clause(value="é" * 1001)}, "unreadable_value"),
    ({"filter": _clause(value="a\0")}, "unreadable_value"),
    ({"filter": _nest(_clause(), 100)}, "nested_too_deep"),
    ({"filter": _nest(_clause(operator="in"), 30)}, "unknown_operator"),
    ({"aggregation": None}, "missing_aggregation"),
    ({"aggregation": {"func": "median", "property": "number"}}, "unknown_aggregation"),
    ({"aggregation": {"func": "sum"}}, "missing_value_path"),
    ({"aggregation": {"func": "unique", "property": None}}, "missing_value_path"),
    ({"archived_at": "soon"}, "unreadable_archived_at"),
]
BAD_OPENMETER_METERS: list[tuple[dict, str]] = [
    ({"eventType": None}, "missing_event_type"),
    ({"aggregation": None}, "missing_aggregation"),
    ({"aggregation": "MEDIAN"}, "unknown_aggregation"),
    ({"valueProperty": None}, "missing_value_path"),
    ({"valueProperty": "$.a[*]"}, "unsupported_json_path"),
    ({"valueProperty": "$.a') or true --"}, "unsupported_json_path"),
    ({"groupBy": ["$.text"]}, "unreadable_group_by"),
    ({"groupBy": {"a": 5}}, "unreadable_group_by"),
    ({"groupBy": {"fine": "$.text", "broken": "$..a"}}, "unsupported_json_path"),
    ({"deletedAt": "soon"}, "unreadable_archived_at"),
]


# One broken rule each.
BROKEN_CLOUD_EVENTS = [
    ('{"id": "%s", "source": "s", "type": "tokens"', "malformed_json"),
    ('["%s"]', "not_an_object"),
    ('{"source": "%s", "type": "tokens"}', "missing_id"),
    ('{"id": "", "source": "%s", "type": "tokens"}', "unreadable_id"),
    ('{"id": "%s", "source": null, "type": "tokens"}', "missing_source"),
    ('{"id": "%s", "source": 5, "type": "tokens"}', "unreadable_source"),
    ('{"id": "%s", "source": "s"}', "missing_type"),
    ('{"id": "%s", "source": "s", "type": []}', "unreadable_type"),
    ('{"id": "%s", "source": "s", "type": "tokens", "subject": 5}', "unreadable_subject"),
    ('{"id": "%s", "source": "s", "type": "tokens", "time": "now"}', "unreadable_time"),
    (
        '{"id": "%s", "source": "s", "type": "tokens", "time": "2027-02-01T00:00:00Z"}',
        "time_in_future",
    ),
    ('{"id": "%s", "source": "s", "type": "t", "specversion": "0.3"}', "unreadable_specversion"),
    ('{"id": "%s", "source": "s", "source": "s", "type": "tokens"}', "duplicate_key"),
    ('{"id": "%s", "source": "s", "type": "tokens", "data": {"v": 1, "v": 1}}', "duplicate_key"),
]


class MeterWorld(CostWorld):
    """One random world in which usage is metered too.

    Args:
        seed: decides everything.
        event_count: how many Polar events, before copies and broken lines.
    """

    def __init__(self, seed: int, event_count: int) -> None:
        super().__init__(seed, event_count)
        self._make_system_usage(event_count // 20)
        self._make_cloud_events(event_count // 4)
        self._make_polar_meters()
        self._make_openmeter_meters()

    # Values

    def _text(self) -> str:
        text = self.random.choice(self.random.choice([TEXTS[:8], TEXTS]))
        return json.dumps(text, ensure_ascii=self.random.random() < 0.5)

    def _value(self) -> str | None:
        """Return the JSON of any value whose text is the same for every engine; None for none."""
        pools = [NUMBERS, NUMBERS, FLAGS, CONTAINERS, NOTHING]
        number = self.random.randrange(len(pools) + 3)
        return self._text() if number >= len(pools) else self.random.choice(pools[number])

    def _quantity_text(self) -> str | None:
        chance = self.random.random()
        if chance < 0.06:
            return self.random.choice(TOO_LARGE + LARGE_TEXTS)
        if chance < 0.12:
            return self.random.choice(NO_NUMBERS)
        if chance < 0.24:
            return self.random.choice(NUMERIC_TEXTS)
        if chance < 0.3:
            return self.random.choice(NOTHING)
        if chance < 0.6:
            return self.random.choice(QUANTITIES)
        return str(self.random.randrange(1000))

    def _metered(self) -> dict:
        """Return what meters find in an event, each key only sometimes."""
        pick = self.random.choice
        inner = {
            "any": self._value(),
            "notation": pick(NOTATIONS),
            "quantity": self._quantity_text(),
            "unique": pick(UNIQUE_VALUES),
        }
        deep = self._sometimes(inner)
        deep["b"] = self._sometimes({"c": self._value()})
        if self.random.random() < 0.1:
            deep["b"] = pick(["b", None, 5, True])
        values = {
            "text": self._text(),
            "number": pick(NUMBERS),
            "flag": pick(FLAGS),
            "any": self._value(),
            "Any": self._value(),
            "notation": pick(NOTATIONS),
            "double": pick(DOUBLES),
            "container": pick(CONTAINERS),
            "quantity": self._quantity_text(),
            "unique": pick(UNIQUE_VALUES),
            "raw": f'{{"é": {self._text()}, "Gr\\u00f6\\u00dfe": {pick(NUMBERS)}}}',
            # Out of the reach of filters, but not of `unique`.
            "name": pick(UNIQUE_VALUES),
            "source": self._text(),
            "timestamp": pick(NUMBERS),
            **{key: self._value() for key in HOSTILE_KEYS},
            # A flat key with a dot is not found by a path.
            "deep.b": '"flat"',
        }
        found = self._sometimes(values)
        found["metadata"] = self._sometimes({"x": self._value()})
        found["deep"] = deep
        if self.random.random() < 0.1:
            found["deep"] = self.random.choice(["deep", 5, None, [1]])
        return found

    def _sometimes(self, values: dict[str, str | None]) -> dict:
        chosen = (item for item in values.items() if self.random.random() < 0.7)
        return {name: bare(text) for name, text in chosen if text is not None}

    # Events

    def _event(self, number: int) -> dict:
        event = super()._event(number)
        metadata = event["metadata"]
        if isinstance(metadata, dict) and "note" in metadata:
            metadata |= self._metered()
            metadata["_llm"] = metadata.get("_llm", {}) | self._tokens()
        return event

    def _tokens(self) -> dict:
        return self._sometimes({name: self.random.choice(TOKENS) for name in TOKEN_COUNTS})

    def _make_system_usage(self, event_count: int) -> None:
        """Add events that count in quantities but are nobody's usage, and cost nothing."""
        for number in range(event_count):
            self._add(
                "polar/events",
                {
                    "id": f"metered_{number}",
                    "name": "metered",
                    "source": "system",
                    "timestamp": self._time_text(),
                    "customer_id": self.random.choice(self.customers)["id"],
                    "metadata": self._metered(),
                },
            )

    def _make_cloud_events(self, event_count: int) -> None:
        for number in range(event_count):
            event = self._cloud_event(number)
            self._add("openmeter/events", event)
            if self.random.random() < 0.1:
                # The customer of a copy stays: whether one whom only a copy names has a row is
                # open.
                copies = [event, {**event, "data": 5}, {**event, "type": "tokens"}]
                for _ in range(self.random.choice([1, 1, 2])):
                    self._add("openmeter/events", self.random.choice(copies))
        for number in range(event_count // 25):
            text, _ = self.random.choice(BROKEN_CLOUD_EVENTS)
            self.records["openmeter/events"].append(text % f"broken_{number}")

    def _cloud_event(self, number: int) -> dict:
        event: dict = {
            "id": self.random.choice([*[f"{number}"] * 8, f"id:{number}", "the same"]),
            "source": self.random.choice(["app", "app:1", "100%", "a%3Ab", f"s{number % 7}"]),
            "type": self.random.choice(["tokens", "tokens", "call", "x'y\"z", "größe 😀"]),
        }
        if self.random.random() < 0.8:
            event["specversion"] = "1.0"
        chance = self.random.random()
        if chance < 0.85:
            event["subject"] = f"external_{self.random.randrange(60)}"
        elif chance < 0.95:
            event["subject"] = self.random.choice([None, "", "customer_1"])
        if self.random.random() < 0.95:
            # Only ISO 8601: what a number would mean is open.
            event["time"] = self.random.choice(
                [self.random.choice(HOSTILE_TIMES), self._instant().isoformat()]
            )
        chance = self.random.random()
        if chance < 0.05:
            event["data"] = self.random.choice([5, "7", None, [], "text"])
        elif chance < 0.97:
            data = {**self._payload("call"), **self._metered(), "tokens": self._tokens()}
            data["list"] = [self._bare_quantity() for _ in range(self.random.randrange(4))]
            data["keys"] = self._sometimes({key: self._quantity_text() for key in PATH_KEYS})
            data["size"] = self._pick(FEW_VALUES)
            event["data"] = data
        return event

    def _bare_quantity(self) -> object:
        text = self._quantity_text()
        return None if text is None else bare(text)

    # Meters

    def _filter(self, depth: int = 1) -> dict:
        """Return a random tree; an empty one now and then, and rarely a very deep one."""
        conjunction = self.random.choice(["and", "or", "or"])
        if self.random.random() < 0.04:
            return {"conjunction": conjunction, "clauses": []}
        parts = []
        for _ in range(self.random.choice([1, 2, 2, 3])):
            if depth < MOST_ORDINARY_GROUPS and self.random.random() < 0.35:
                parts.append(self._filter(depth + 1))
            else:
                parts.append(self._random_clause())
        return {"conjunction": conjunction, "clauses": parts}

    def _random_clause(self) -> dict:
        chance = self.random.random()
        operators = list(OPERATORS)
        if chance < 0.1:
            # Meters of one name are looked at together, so names are asked for in every place.
            name = self.random.choice(["name", "metadata.name"])
            values: list = [*NAMES, *LIKE_NAMES, 5, True]
            if self.random.random() < 0.5:
                operators, values = ["eq"], NAMES
        elif chance < 0.14:
            name, values = "source", ["user", "system", "us", "t", 1, False]
        elif chance < 0.2:
            name = self.random.choice(["timestamp", "metadata.timestamp"])
            values = [self._epoch(), self._epoch(), self.random.randrange(100), "17", True]
        elif chance < 0.32:
            name = self.random.choice(ONLY_COMPARED)
            operators = operators[:6]
            values = [5, 5, 1, 1000, 100, -3, 0, True, False, "5", 2147483647]
        else:
            name = self.random.choice(PROPERTIES)
            values = [self.random.choice(INTEGERS), self.random.random() < 0.5]
            values += [self._needle(), self._needle()]
            if self.random.random() < 0.5:
                name = self.random.choice(list(OWN_VALUES))
                values = OWN_VALUES[name]
        return {
            "property": name,
            "operator": self.random.choice(operators),
            "value": self.random.choice(values),
        }

    def _needle(self) -> str:
        text = self.random.choice(
            [*TEXTS, "e", "a", ", ", ": ", '"x": 5', "[5", "\\n", "u", "null"]
        )
        if self.random.random() < 0.3 and len(text) > 1:
            start = self.random.randrange(len(text))
            text = text[start : start + self.random.randrange(1, 5)]
        return text[:1000]

    def _epoch(self) -> int:
        if self.random.random() < 0.5:
            text = self.random.choice(HOSTILE_TIMES).replace("Z", "+00:00")
            return round(datetime.fromisoformat(text).timestamp())
        return int(self._instant().timestamp())

    def _archived_at(self) -> str | None:
        if self.random.random() < 0.8:
            return None
        return self.random.choice([self.random.choice(HOSTILE_TIMES), self._instant().isoformat()])

    def _aggregation(self) -> dict:
        function = self.random.choice(
            ["count", "sum", "sum", "avg", "min", "max", "unique", "unique", "latest"]
        )
        if function == "count":
            return {"func": function}
        names = [
            "quantity",
            "deep.quantity",
            "metadata.quantity",
            "number",
            "notation",
            "timestamp",
        ]
        if function == "unique":
            names = ["unique", "deep.unique", "name", "metadata.source", "timestamp", "text"]
            names += ["_llm.input_tokens"]
        # Hardly anything there is a number.
        names += [self.random.choice(["any", "deep.any", "missing", *HOSTILE_KEYS])]
        if function != "unique":
            names += [self.random.choice(["name", "source", "metadata.timestamp"])]
        return {"func": function, "property": self.random.choice(names)}

    def _make_polar_meters(self) -> None:
        def add(meter_id: str, **fields: object) -> None:
            meter = {"id": meter_id, "name": f"Meter {meter_id}", "created_at": MADE}
            self._add("polar/meters", {**meter, **fields})

        for number in range(POLAR_METER_COUNT):
            add(
                f"meter_{number}",
                filter=self._filter(),
                aggregation=self._aggregation(),
                archived_at=self._archived_at(),
            )
        # A filter that lets pass everything under every aggregation, so that enough is counted.
        for function in ("sum", "avg", "min", "max", "unique", "latest"):
            name = "unique" if function == "unique" else "quantity"
            add(
                f"every_{function}",
                filter=_everything(),
                aggregation={"func": function, "property": name},
            )
        hostile = 'it\'s "m" \\ {{ 1 }} {% raw %}; -- größe 😀\nx'
        add(
            hostile,
            name=hostile,
            filter=_nest(self._filter(), 94),
            aggregation={"func": "count"},
        )
        # Both parts of an aggregation are optional.
        add("unnamed_count", filter=_everything(), aggregation={}, name=None)
        add("unnamed_unique", filter=_everything(), aggregation={"property": "unique"})
        # Edited: the newer version counts, in whichever order the two land.
        for number in range(6):
            for modified_at in (MADE, CHANGED):
                add(
                    f"edited_{number}",
                    filter=self._filter(),
                    aggregation=self._aggregation(),
                    modified_at=modified_at,
                )
        broken = {"filter": _clause(operator="in"), "aggregation": {"func": "count"}}
        mended = {"filter": self._filter(), "aggregation": {"func": "count"}}
        add("breaks", **mended, modified_at=MADE)
        add("breaks", **broken, modified_at=CHANGED)
        add("mends", **broken, modified_at=MADE)
        add("mends", **mended, modified_at=CHANGED)
        for number, (flaw, _) in enumerate(BAD_POLAR_METERS):
            fine = {"filter": self._filter(), "aggregation": {"func": "count"}}
            add(f"bad_polar_{number}", **{**fine, **flaw})

    def _make_openmeter_meters(self) -> None:
        def add(slug: str | None, **fields: object) -> None:
            meter = {
                "slug": slug,
                "id": f"id of {slug}",
                "name": f"Meter {slug}",
                "createdAt": MADE,
            }
            self._add("openmeter/meters", {**meter, **fields})

        paths = ["$.quantity", "$.deep.quantity", "$['quantity']", "$.list[0]", "$.list[2]", "$"]
        paths += [
            "$.tokens.total_tokens",
            "$.any",
            "$.container",
            "$.notation",
            "$.missing",
            "$.usage.input",
        ]
        for key in PATH_KEYS:
            quote = "'" if '"' in key else '"'
            paths.append(f"$.keys[{quote}{key}{quote}]")
        functions = ["SUM", "AVG", "MIN", "MAX", "LATEST", "UNIQUE_COUNT", "COUNT"]
        for number in range(OPENMETER_METER_COUNT):
            function = functions[number % len(functions)]
            # First one of each that finds something in most events.
            path = self.random.choice(paths) if number >= len(functions) else "$.quantity"
            if function == "UNIQUE_COUNT":
                path = self.random.choice(["$.unique", "$.deep.unique", "$.text", "$.name"])
            group_by = {"size": "$.size", 'the "unit"': "$.flag", "1st": "$.where[0]"}
            add(
                f"openmeter_{number}",
                eventType=self.random.choice(["tokens", "tokens", "call", "größe 😀", "x'y\"z"]),
                aggregation=function,
                valueProperty=None if function == "COUNT" else path,
                groupBy=self.random.choice([None, {}, group_by]),
                deletedAt=self._archived_at(),
            )
        shared = {"eventType": "tokens", "aggregation": "SUM", "valueProperty": "$.quantity"}
        add(None, **shared, groupBy={"size": "$.size"})
        add("meter_0", **shared)
        for updated_at, function in ((MADE, "SUM"), (CHANGED, "MAX")):
            add("openmeter_edited", **{**shared, "aggregation": function}, updatedAt=updated_at)
        for number, (flaw, _) in enumerate(BAD_OPENMETER_METERS):
            add(f"bad_openmeter_{number}", **{**shared, **flaw})
