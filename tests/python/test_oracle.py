"""The oracle itself, on cases worked out by hand."""

import json
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from oracle import Oracle
from oracle_costs import divide
from oracle_definitions import DefinitionError, follow, parse_path
from oracle_traces import find_roots, percentile
from oracle_values import MISSING, Event, LandedFile, Settings, round_to, sum_known
from worlds_costs import BAD_DEFINITIONS, GOOD_DEFINITIONS, CostWorld

MOMENT = datetime(2027, 1, 15, tzinfo=UTC)


def _oracle(lines: dict[str, list[str | dict]], **settings: object) -> Oracle:
    """Judge records: entity, with `:` and a number where it lands in several files -> records."""
    files = []
    for number, (name, records) in enumerate(lines.items()):
        source, entity = name.partition(":")[0].split("/")
        texts = [text if isinstance(text, str) else json.dumps(text) for text in records]
        loaded_at = MOMENT + timedelta(microseconds=number)
        files.append(LandedFile(source, entity, name, loaded_at, "\n".join(texts).encode()))
    return Oracle(files, Settings(**{"as_of": MOMENT, **settings}))


# Numbers


@pytest.mark.parametrize(
    ("value", "rounded"),
    [
        ("0.000000000000005", "0.00000000000001"),
        ("-0.000000000000005", "-0.00000000000001"),
        ("0.0000000000000049", "0"),
        ("1e-400", "0"),
        ("999999999999999.000000000000014", "999999999999999.00000000000001"),
    ],
)
def test_rounds_half_away(value: str, rounded: str) -> None:
    """The oracle's own rounding."""
    assert round_to(Decimal(value), 14) == Decimal(rounded)


@pytest.mark.parametrize(
    ("amounts", "share", "expected"),
    [
        (["7"], "0.99", "7"),
        (["45", "15", "60", "30"], "0.10", "19.5"),
        (["45", "15", "60", "30"], "0.90", "55.5"),
        (["45", "15", "60", "30"], "0.99", "59.55"),
        (["15", "30"], "0.99", "29.85"),
        (["0", "-10", "10"], "0.10", "-8"),
        ([str(number) for number in range(101)], "0.99", "99"),
        (["0.00000000000001", "0.00000000000002"], "0.99", "0.0000000000000199"),
    ],
)
def test_percentile(amounts: list[str], share: str, expected: str) -> None:
    """Linear between order statistics, at position (n - 1) x share."""
    found = percentile([Decimal(amount) for amount in amounts], Decimal(share))
    assert found == Decimal(expected)


@pytest.mark.parametrize(
    ("dividend", "divisor", "ratio"),
    [
        ("2", "3", "0.666666666667"),
        ("-2", "3", "-0.666666666667"),
        ("1", "0", None),
        ("1", "-2", None),
        (None, "2", None),
        ("1", None, None),
        ("999999999999", "0.00000000000001", "99999999999900000000000000"),
        ("1000000000000", "0.00000000000001", None),
    ],
)
def test_divide(dividend: str | None, divisor: str | None, ratio: str | None) -> None:
    """Twelve decimals, half away; nothing without a positive divisor or beyond 26 whole digits."""
    numbers = [None if text is None else Decimal(text) for text in (dividend, divisor, ratio)]
    assert divide(numbers[0], numbers[1]) == numbers[2]


# Definitions


@pytest.mark.parametrize(
    ("text", "steps"),
    [
        ("$", ()),
        ("$.a", ("a",)),
        ("$.a_1.b[0][12]", ("a_1", "b", 0, 12)),
        ("$['a.b'][\"it's\"]['say \"x\"'].c", ("a.b", "it's", 'say "x"', "c")),
        ("$['']['$.*'][\"[0]\"]", ("", "$.*", "[0]")),
        ("$[0]['0']", (0, "0")),
    ],
)
def test_path(text: str, steps: tuple) -> None:
    """What is supported."""
    assert parse_path(text) == steps


@pytest.mark.parametrize(
    ("text", "position"),
    [
        ("", 0),
        ("a.b", 0),
        ("$a", 1),
        ("$.", 1),
        ("$..a", 1),
        ("$.*", 1),
        ("$.a[*]", 3),
        ("$.a[1:2]", 3),
        ("$.a[-1]", 3),
        ("$.a[0", 3),
        ("$['a", 1),
        ("$['a\"]", 1),
        ("$.a[?(@.b)]", 3),
        ("$.a'); drop table x; --", 3),
        ("$.a.b ", 5),
    ],
)
def test_unsupported_path(text: str, position: int) -> None:
    """Everything else is refused where it begins."""
    with pytest.raises(DefinitionError, match=f"at {position}$"):
        parse_path(text)


def test_follow() -> None:
    """Keys belong to objects and indexes to arrays; null is found, nothing is not."""
    payload = {"a": [{"b": None}, 5], "0": 1, "text": "abc"}
    assert follow(payload, parse_path("$.a[0].b")) is None
    assert follow(payload, parse_path("$.a[1]")) == 5
    assert follow(payload, parse_path("$")) == payload
    for text in ("$.a[2]", "$.a.b", "$[0]", "$.a[0].b.c", "$.text[0]", "$.A", "$.a[1].x"):
        assert follow(payload, parse_path(text)) is MISSING


def test_definitions_of_the_worlds() -> None:
    """Each good one is a metric, each bad one is refused; the newest landed decides."""
    good = [json.dumps({"aggregation": "sum", **metric}) for metric in GOOD_DEFINITIONS]
    fine = {"aggregation": "sum", "valueProperty": "$", "eventType": "x"}
    bad = [
        json.dumps({"id": f"bad_{number}", "name": "x", **fine, **flaw})
        for number, flaw in enumerate(BAD_DEFINITIONS)
    ]
    oracle = _oracle(
        {
            "paygentic/cost_metrics": [
                text.replace('"<<', "").replace('>>"', "") for text in good + bad
            ]
        }
    )
    assert len(oracle.cost_metrics) == 1 + len(GOOD_DEFINITIONS)
    assert len(oracle.rejected_definitions) == len(BAD_DEFINITIONS)
    unit_costs = {metric.cost_metric_id: metric.unit_cost for metric in oracle.cost_metrics}
    assert unit_costs["tokens_in"] == Decimal("0.000002500001")


def _metric(name: str, event_type: str = "call", **fields: object) -> dict:
    fields = {"valueProperty": "$.cost", "aggregation": "sum", **fields}
    return {"name": name, "eventType": event_type, **fields}


def _usage(data: object, **fields: object) -> dict:
    return {"type": "call", "timestamp": "2026-12-01T00:00:00Z", "data": data, **fields}


def test_newest_definition_wins() -> None:
    """By id, else by name; an older good version does not stand in for a newer bad one."""
    oracle = _oracle(
        {
            "paygentic/cost_metrics:1": [_metric("a", unitCost=1), _metric("b"), _metric("c")],
            "paygentic/cost_metrics:2": [
                {**_metric("other name"), "id": "a", "unitCost": 2},
                _metric("b", aggregation="max"),
                _metric("polar_cost"),
            ],
        }
    )
    metrics = {metric.cost_metric_id: metric for metric in oracle.cost_metrics}
    assert set(metrics) == {"polar_cost", "a", "c"}
    assert (metrics["a"].unit_cost, metrics["a"].cost_metric_name) == (2, "other name")
    assert metrics["polar_cost"].definition_source == "built_in"
    assert oracle.rejected_definitions == {"b", "polar_cost"}
    assert [(line, reason) for _, line, reason in oracle.rejected] == [
        (1, "superseded_version"),
        (2, "superseded_version"),
    ]


# Prices


@pytest.mark.parametrize(
    ("value", "fields", "expected"),
    [
        ("3", {}, ("3", "usd")),
        ('"0.025"', {"unitCost": 0.03}, ("0.00075", "usd")),
        # 1.5 x 0.000000000001 cents: half of the fourteenth decimal goes away from zero.
        ("1.5", {"unit": "minor", "unitCost": 1e-12, "currency": "USD"}, ("2e-14", "usd")),
        ("-1.5", {"unit": "minor", "unitCost": 1e-12, "currency": "usd"}, ("-2e-14", "usd")),
        ("1.4", {"unit": "minor", "unitCost": 1e-12, "currency": "usd"}, ("1e-14", "usd")),
        # Rounded once: 0.000000000000004 alone would be zero.
        ("0.000000000000004", {"unitCost": 100}, ("4e-13", "usd")),
        ("7", {"unit": "minor", "currency": "JPY"}, ("7", "jpy")),
        ("7", {"unit": "minor", "currency": "kwd"}, ("0.007", "kwd")),
        ("99999.999999999999", {}, ("99999.999999999999", "usd")),
        ("5", {"unitCost": 0}, ("0", "usd")),
        ("null", {}, None),
        ("true", {}, "unreadable_cost_amount"),
        ("1000000000000000", {}, "cost_amount_out_of_range"),
        ("1000000000000000", {"unit": "minor"}, ("10000000000000", "usd")),
    ],
)
def test_price(value: str, fields: dict, expected: tuple | str | None) -> None:
    """Value x unit cost, rounded once in major units."""
    definition = json.dumps(_metric("m", **fields)).replace("1e-12", "0.000000000001")
    event = json.dumps(_usage({"cost": "VALUE"})).replace('"VALUE"', value)
    oracle = _oracle({"paygentic/cost_metrics": [definition], "paygentic/events": [event]})
    costs = oracle.costs
    if isinstance(expected, str):
        assert [reason for _, _, reason in costs.rejected_values] == [expected]
    found = [(cost["native_amount"], cost["native_currency"]) for cost in costs.cost_events]
    is_priced = isinstance(expected, tuple)
    assert found == ([(Decimal(expected[0]), expected[1])] if is_priced else [])


def test_several_metrics_on_one_event() -> None:
    """Each metric gives its own row, for the events of every source; all of them add up."""
    metrics = [
        _metric("gpu", valueProperty="$.gpu", groupBy={"region": "$.where[0]"}),
        _metric("cpu", valueProperty="$.list[1].cpu", currency="eur"),
        _metric("all", "*", valueProperty="$.gpu", unitCost=10),
        _metric("none", "Call", valueProperty="$.gpu"),
    ]
    polar = {"gpu": 4, "where": [None], "_cost": {"amount": 100, "currency": "usd"}}
    oracle = _oracle(
        {
            "paygentic/cost_metrics": metrics,
            "paygentic/events": [
                _usage("no object", externalSubject="x"),
                _usage({"gpu": 1, "list": [0, {"cpu": "2"}], "where": [5]}, externalSubject="x"),
            ],
            "polar/events": [
                {"name": "call", "id": "p", "timestamp": "2026-12-01T00:00:00Z", "metadata": polar}
            ],
            "reference/exchange_rates": [
                {"rate_date": "2026-01-01", "currency": "eur", "rate": 1.5}
            ],
        }
    )
    found = {
        (cost["event_id"], cost["cost_metric_id"]): (cost["cost_amount"], cost["dimensions"])
        for cost in oracle.costs.cost_events
    }
    no_llm = {"vendor": None, "model": None}
    assert found == {
        ("paygentic/events:2", "gpu"): (1, {"region": "5"}),
        ("paygentic/events:2", "cpu"): (3, {}),
        ("paygentic/events:2", "all"): (10, {}),
        ("p", "gpu"): (4, {"region": None}),
        ("p", "all"): (40, {}),
        ("p", "polar_cost"): (1, no_llm),
    }
    day = date(2026, 12, 1)
    assert oracle.profit_daily["external:x", day]["cost_amount"] == 14
    assert oracle.profit_daily["unattributed", day]["cost_amount"] == 45
    by_region = oracle.costs.cost_by_dimension_daily
    assert by_region["gpu", "region", "5", "external:x", day]["cost_amount"] == 1
    assert by_region["gpu", "region", "(none)", "unattributed", day]["cost_amount"] == 4
    assert oracle.traces.cost_traces["p",]["cost_amount"] == 45


# Paygentic events


def _delivery(hours: float, **fields: object) -> dict:
    instant = datetime(2026, 12, 1, tzinfo=UTC) + timedelta(hours=hours)
    return _usage({"cost": 1}, timestamp=instant.isoformat(), idempotencyKey="k", **fields)


@pytest.mark.parametrize(
    ("hours", "recorded"),
    [
        ([0, 20, 30], [0, 30]),
        ([0, 24], [0, 24]),
        ([0, 24 - 1 / 3600], [0]),
        ([0, 20, 30, 53, 54], [0, 30, 54]),
        ([30, 0, 20], [0, 30]),
        ([20, 30, -4.5], [-4.5, 20]),
        ([0, 0, 0], [0]),
    ],
)
def test_idempotency_windows(hours: list[float], recorded: list[float]) -> None:
    """A window begins at a recorded event and is half open, in whichever order copies land."""
    lines = {f"paygentic/events:{n}": [_delivery(hour)] for n, hour in enumerate(hours)}
    oracle = _oracle({"paygentic/cost_metrics": [_metric("m")], **lines})
    start = datetime(2026, 12, 1, tzinfo=UTC)
    found = sorted(cost["occurred_at"] - start for cost in oracle.costs.cost_events)
    assert found == [timedelta(hours=hour) for hour in recorded]
    assert len(oracle.rejected) == len(hours) - len(recorded)


def test_reasons_of_copies() -> None:
    """A copy conflicts when anything but its place differs from the recorded one."""
    first = _delivery(1)
    copies = [
        first,
        _delivery(2),
        {**first, "type": "other"},
        {**first, "data": {}},
        {**first, "customerId": "c"},
        {**first, "customerId": "", "externalSubject": None},
        {**first, "idempotencyKey": "K"},
        {**first, "idempotencyKey": ""},
        {**first, "idempotencyKey": None},
        {**first, "idempotencyKey": None},
    ]
    oracle = _oracle({"paygentic/events": [first, *copies]})
    assert [(line, reason) for _, line, reason in sorted(oracle.rejected)] == [
        (2, "duplicate_delivery"),
        (3, "conflicting_duplicate"),
        (4, "conflicting_duplicate"),
        (5, "conflicting_duplicate"),
        (6, "conflicting_duplicate"),
        (7, "duplicate_delivery"),
    ]


def test_paygentic_customers() -> None:
    """A known customer id, else the customer of the external id, else the external id."""
    names = [
        {"customerId": "registered"},
        {"customerId": "named"},
        {"customerId": "ext"},
        {"customerId": "nobody"},
        {"externalSubject": "ext"},
        {"externalSubject": "registered"},
        {"customerId": "named", "externalSubject": "ext"},
        {"customerId": "", "externalSubject": "ext"},
        {"externalSubject": ""},
        {"customerId": None},
    ]
    oracle = _oracle(
        {
            "paygentic/events": [_usage({"n": n}, **name) for n, name in enumerate(names)],
            "polar/customers": [
                {"id": "registered", "created_at": "2026-12-01T00:00:00Z", "external_id": "ext"}
            ],
            "polar/events": [{"name": "call", "customer_id": "named"}],
        }
    )
    found = [event.customer_id for event in oracle.all_events if event.source_system != "polar"]
    assert found == [
        *("registered", "named", "registered", "external:nobody", "registered"),
        *("external:registered", "named", "registered", "external:", "unattributed"),
    ]


# Traces


def _event(event_id: str, parent_id: str | None = None, **fields: object) -> Event:
    given = {"event_source": "user", "polar_id": event_id, "parent_id": parent_id, **fields}
    return Event(
        event_id, "polar", "call", given.pop("event_source"), "c", *[MOMENT] * 2, {}, **given
    )


def test_parents() -> None:
    """By external id before id; nobody, oneself and what a system event says are no parents."""
    events = [
        _event("a"),
        _event("b", external_id="a"),
        _event("by_external", "a"),
        _event("by_id", "b"),
        _event("missing", "never"),
        _event("of_missing", "missing"),
        _event("self", "self"),
        _event("self_external", "me", external_id="me"),
        _event("of_self", "self"),
        _event("system", "a", event_source="system"),
        _event("of_system", "system"),
    ]
    assert find_roots(events) == {
        "a": ("a", 0),
        "b": ("b", 0),
        "by_external": ("b", 1),
        "by_id": ("b", 1),
        "missing": ("missing", 0),
        "of_missing": ("missing", 1),
        "self": ("self", 0),
        "self_external": ("self_external", 0),
        "of_self": ("self", 1),
        "system": ("system", 0),
        "of_system": ("system", 1),
    }


def test_cycles() -> None:
    """Each event of a cycle is a root, with what hangs off it."""
    cycle = [_event(f"c{n}", f"c{(n + 1) % 60}") for n in range(60)]
    tail = [_event(f"t{n}", f"t{n - 1}" if n else "c5") for n in range(60)]
    roots = find_roots(cycle + tail)
    assert all(roots[f"c{n}"] == (f"c{n}", 0) for n in range(60))
    assert all(roots[f"t{n}"] == ("c5", n + 1) for n in range(60))


def test_depth_limit() -> None:
    """An event with 100 ancestors hangs off the root; every one with more is its own."""
    roots = find_roots([_event(f"e{n}", f"e{n - 1}" if n else None) for n in range(105)])
    assert roots["e100"] == ("e0", 100)
    assert [roots[f"e{n}"] for n in (101, 102, 104)] == [("e101", 0), ("e102", 0), ("e104", 0)]


def _cost(name: str, cents: object, currency: str = "usd", **fields: object) -> dict:
    cost = {"_cost": {"amount": cents, "currency": currency}}
    event = {"id": name, "name": "call", "timestamp": "2026-12-30T12:00:00Z"}
    return {**event, "customer_id": "c", "metadata": cost, **fields}


def test_unknown_costs_of_traces() -> None:
    """Nothing known is null, partly known is what is known, no cost is zero."""
    oracle = _oracle(
        {
            "polar/events": [
                _cost("unknown", 100, "eur"),
                _cost("partly", 300, "eur"),
                _cost("partly_child", 200, parent_id="partly", timestamp="2026-12-29T12:00:00Z"),
                _cost("zero", None, customer_id=None),
            ]
        },
        as_of=datetime(2027, 1, 1, tzinfo=UTC),
    )
    traces = oracle.traces
    names = ("cost_amount", "own_cost_amount", "unconverted_count", "event_count", "depth")
    assert {
        key: tuple(row[name] for name in names) for (key,), row in traces.cost_traces.items()
    } == {
        "unknown": (None, None, 1, 1, 0),
        "partly": (2, None, 1, 2, 1),
        "zero": (0, 0, 0, 1, 0),
    }
    partly = traces.cost_traces["partly",]
    assert partly["started_at"] < partly["occurred_at"] == partly["ended_at"]
    statistics = traces.cost_trace_statistics["call",]
    assert statistics == {
        "occurrences": 3,
        "customers": 1,
        "total": 2,
        "average": 1,
        "p10": Decimal("0.2"),
        "p90": Decimal("1.8"),
        "p99": Decimal("1.98"),
        "unconverted_count": 2,
    }
    days = {day: row["occurrences"] for (_, day), row in traces.cost_trace_statistics_daily.items()}
    assert days == {date(2026, 12, 30): 3, date(2026, 12, 31): 0, date(2027, 1, 1): 0}
    assert {key: row["ratio_to_average"] for (key,), row in traces.cost_outliers.items()} == {
        "partly": 2
    }


# The monthly report


def _spent(customer_id: str, month: int, cents: int, **fields: object) -> dict:
    name = f"{customer_id}_{month}_{cents}"
    instant = f"2026-{month:02}-10T00:00:00Z"
    return _cost(name, cents, timestamp=instant, customer_id=customer_id, **fields)


def test_top_values_and_the_rest() -> None:
    """The dearest values by rank, ties by value, all others in one row, unknown ones last."""
    oracle = _oracle(
        {
            "polar/events": [
                *(_spent(name, 1, cents) for name, cents in (("a", 100), ("d", 400), ("z", 900))),
                *(_spent(name, 2, cents) for name, cents in (("b", 300), ("a", 300), ("c", -200))),
                _spent("d", 2, 100),
                _spent("e", 2, 100, metadata={"_cost": {"amount": 1, "currency": "eur"}}),
                _spent("a", 3, 100),
                _spent("other", 3, 200),
            ]
        },
        cost_report_top_values=2,
    )
    report = oracle.costs.cost_report_monthly
    columns = ("cost_rank", "cost_amount", "previous_cost_amount", "change_amount", "change_ratio")
    columns += ("share_ratio", "event_count", "unconverted_count")

    def rows(month: int) -> dict[str, tuple]:
        key = ("polar_cost", "customer", "customer")
        return {
            value: tuple(row[column] for column in columns)
            for (*slice_key, value, day), row in report.items()
            if tuple(slice_key) == key and day == date(2026, month, 1)
        }

    share: Callable[[str], Decimal] = lambda text: Decimal(text)  # noqa: E731
    assert rows(1) == {
        "z": (1, 9, 0, 9, None, share("0.642857142857"), 1, 0),
        "d": (2, 4, 0, 4, None, share("0.285714285714"), 1, 0),
        "other": (None, 1, 0, 1, None, share("0.071428571429"), 1, 0),
    }
    # The rest of February: c, d and e now; d and z in January.
    assert rows(2) == {
        "a": (1, 3, 1, 2, 2, share("0.6"), 1, 0),
        "b": (2, 3, 0, 3, None, share("0.6"), 1, 0),
        "other": (None, -1, 13, -14, share("-1.076923076923"), share("-0.2"), 3, 1),
    }
    # A customer who is named like the rest is in it, beside what b to e spent in February.
    assert rows(3) == {
        "a": (1, 1, 3, -2, share("-0.666666666667"), share("0.333333333333"), 1, 0),
        "other": (None, 2, 2, 0, 0, share("0.666666666667"), 1, 0),
    }


def test_unknown_amounts_in_the_report() -> None:
    """What is unknown has no change and no share, and comes after everything that is known."""
    eur = {"metadata": {"_cost": {"amount": 1, "currency": "eur"}}}
    oracle = _oracle(
        {
            "polar/events": [
                _spent("a", 1, 1, **eur),
                _spent("a", 2, 100),
                _spent("b", 2, 2, **eur),
                _spent("c", 2, -100),
            ]
        }
    )
    report = {
        key[3:]: row
        for key, row in oracle.costs.cost_report_monthly.items()
        if key[1] == "customer"
    }
    january, february = date(2026, 1, 1), date(2026, 2, 1)
    assert report["a", january]["cost_amount"] is None
    assert report["a", january]["share_ratio"] is None
    assert report["a", february]["previous_cost_amount"] is None
    assert report["a", february]["change_amount"] is None
    assert [report[name, february]["cost_rank"] for name in "abc"] == [1, 3, 2]
    # The month's total is zero: no shares.
    assert report["a", february]["share_ratio"] is None


# All together


def test_life_by_hand() -> None:
    """A life of four records, worked out by hand."""
    event: Callable[[str, str, str], str] = lambda name, day, amount: (  # noqa: E731
        f'{{"id": "{name}", "name": "call", "timestamp": "{day}T12:00:00Z", "customer_id": "c",'
        f' "metadata": {{"_cost": {{"amount": {amount}, "currency": "usd"}}}}}}'
    )
    oracle = _oracle(
        {
            "polar/events": [
                event("a", "2026-12-31", "99999.999999999999"),
                event("a", "2026-12-31", "99999.999999999999"),
                event("b", "2027-01-01", '"0.025"'),
            ],
            "polar/orders": [
                '{"id": "o", "created_at": "2026-12-31T00:00:00Z", "customer_id": "c", "status":'
                ' "refunded", "net_amount": 300000, "currency": "usd", "platform_fee_amount": 100,'
                ' "refunded_amount": 500, "modified_at": "2027-01-02T00:00:00Z"}'
            ],
        }
    )
    assert oracle.rejected == [("polar/events", 2, "duplicate_delivery")]
    life = oracle.lifetime_value["c"]
    assert life["revenue_amount"] == 3000
    assert life["refund_amount"] == -5
    assert life["fee_amount"] == 1
    assert life["cost_amount"] == Decimal("1000.00024999999999")
    assert life["lifetime_value_amount"] == Decimal("1993.99975000000001")
    # 1993.99975000000001 / 2994
    assert life["margin_ratio"] == Decimal("0.665998580494")
    december = oracle.profit_daily["c", datetime(2026, 12, 31).date()]
    assert december["cumulative_profit_amount"] == Decimal("1999.00000000000001")


def test_a_world_has_what_it_is_made_for() -> None:
    """Windows, cycles, depths, dimensions, late names: a change of the world loses none."""
    [part] = CostWorld(7, 600).files(1)
    files = [
        LandedFile(*name.split("/")[:2], name, MOMENT + timedelta(microseconds=number), content)
        for number, (name, content) in enumerate(part.items())
    ]
    oracle = Oracle(files, Settings(as_of=MOMENT))
    reasons = {reason for name, _, reason in oracle.rejected if name.startswith("paygentic")}
    assert reasons >= {"duplicate_delivery", "conflicting_duplicate", "superseded_version"}
    assert {0, 1, 2, 60, 98, 100} <= {row["depth"] for row in oracle.traces.cost_traces.values()}
    metric_ids = {cost["cost_metric_id"] for cost in oracle.costs.cost_events}
    assert metric_ids == {metric.cost_metric_id for metric in oracle.cost_metrics}
    values = {(key[0], key[2]) for key in oracle.costs.cost_by_dimension_daily}
    assert {("tokens_in", "other"), ("tokens_in", "(none)"), ("seconds", "true")} <= values
    others = {key[:3] for key in oracle.costs.cost_report_monthly if key[3] == "other"}
    assert {("tokens_in", "dimension", "team"), ("polar_cost", "customer", "customer")} <= others
    customers = {event.customer_id for event in oracle.all_events}
    assert {"external:nobody_1", "late_customer_1", "external:", "unattributed"} <= customers
    # The totals that the marts' laws tie.
    by_trace = sum_known(row["cost_amount"] for row in oracle.traces.cost_traces.values())
    assert by_trace == sum_known(cost["cost_amount"] for cost in oracle.costs.cost_events)
    assert by_trace == sum_known(row["cost_amount"] for row in oracle.costs.costs_daily.values())
    assert by_trace == sum_known(row["cost_amount"] for row in oracle.lifetime_value.values())
