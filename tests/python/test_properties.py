"""Random worlds against the oracle to the last digit; hostile lines, of which none may be lost.

`COST_INSIGHTS_SEED` tries another world; a failure names its seed.
"""

import json
import os
from collections import Counter
from collections.abc import Iterable
from datetime import timedelta
from decimal import Decimal, localcontext

import pytest
from oracle import Oracle
from oracle_rows import KEYS
from oracle_values import EXACT, Settings, parse_time
from stories import LOAD_DAY, VARIABLES, count_landed, take_marts
from worlds_meters import MeterWorld

from warehouse import BuildError, Warehouse

SEED = int(os.environ.get("COST_INSIGHTS_SEED", "20261121"))
# Set of variables, landings with a run after each, events.
WORLDS = [("utc", 1, 3000), ("kiritimati", 2, 1200), ("kolkata", 2, 600), ("los_angeles", 1, 600)]


def _settings(variables: dict[str, str]) -> Settings:
    return Settings(**{**variables, "as_of": parse_time(variables["as_of"])})


@pytest.fixture(scope="module", params=WORLDS, ids=[name for name, _, _ in WORLDS])
def world(request: pytest.FixtureRequest, warehouse: Warehouse) -> tuple[dict, Oracle, str]:
    """Marts and oracle of one world, and its label."""
    set_name, part_count, event_count = request.param
    seed = SEED + WORLDS.index(request.param)
    warehouse.reset()
    parts = MeterWorld(seed, event_count).files(part_count)
    for number, files in enumerate(parts):
        warehouse.land(files, LOAD_DAY + timedelta(hours=number))
        warehouse.build(VARIABLES[set_name], summaries=False)
    oracle = Oracle(warehouse.landed_files(), _settings(VARIABLES[set_name]))
    counted = "int_meter_events_counted"
    tables = take_marts(warehouse) | {counted: warehouse.table(f"intermediate.{counted}")}
    return tables, oracle, f"seed {seed}, {set_name}"


def _by_key(rows: list[dict], *names: str) -> dict:
    keyed = {tuple(row[name] for name in names): row for row in rows}
    assert len(keyed) == len(rows), f"{names} is not the grain"
    return keyed


def _assert_equal(label: str, expected: dict, found: dict) -> None:
    """Compare tables by key; only the columns that the oracle knows."""
    differences = [
        ("rows only of the oracle", f"only oracle: {key}: {expected[key]}")
        for key in expected.keys() - found.keys()
    ]
    differences += [
        ("rows only of the warehouse", f"only warehouse: {key}: {found[key]}")
        for key in found.keys() - expected.keys()
    ]
    for key in expected.keys() & found.keys():
        for name, value in expected[key].items():
            had = found[key].get(name, "no such column")
            if had != value:
                text = f"{key} {name}: oracle {value}, warehouse {had}"
                differences.append((name, text))
    counts = dict(Counter(kind for kind, _ in differences))
    assert not differences, "\n".join(
        [f"{label}: differences: {counts}", *sorted(text for _, text in differences)[:12]]
    )


def _assert_same_rows(
    label: str,
    expected: Iterable[tuple],
    found: Iterable[tuple],
    sides: tuple[str, str] = ("oracle", "warehouse"),
) -> None:
    """Compare rows that have no values beside their key, each as often as it is there."""
    wanted, had = Counter(expected), Counter(found)
    differences = [f"only {sides[0]}: {row}" for row in (wanted - had).elements()]
    differences += [f"only {sides[1]}: {row}" for row in (had - wanted).elements()]
    assert not differences, "\n".join(
        [f"{label}: {len(differences)} differences", *sorted(differences)[:20]]
    )


def test_rejected_rows(world: tuple) -> None:
    """Each line is rejected for the reason that the oracle gives, and no other line is."""
    marts, oracle, label = world
    _assert_same_rows(
        f"{label}: rejected_rows",
        (rejected for rejected in oracle.rejected if not rejected[0].startswith("reference/")),
        (
            (_landed_name(row["source_file"]), row["line_number"], row["reject_reason"])
            for row in marts["rejected_rows"]
            if row["source_system"] != "reference"
        ),
    )


def test_customers(world: tuple) -> None:
    """Every customer that was seen has one row."""
    marts, oracle, label = world
    _assert_same_rows(
        f"{label}: customers",
        ((customer_id,) for customer_id in oracle.customer_ids),
        ((row["customer_id"],) for row in marts["customers"]),
    )


def _without_nulls(dimensions: dict | None) -> dict:
    """Whether a metric without dimensions has null or an empty object there does not matter."""
    return {name: value for name, value in (dimensions or {}).items() if value is not None}


def test_cost_metrics(world: tuple) -> None:
    """The metrics in force: the built-in one and the newest landed of each good definition."""
    marts, oracle, label = world
    names = ("event_type", "value_path", "aggregation", "currency_path", "amount_unit")
    names += ("unit_cost", "definition_source", "group_by")
    expected, found = {}, {}
    for metric in oracle.cost_metrics:
        row = {name: getattr(metric, name) for name in names if name != "aggregation"}
        row |= {"aggregation": "sum", "currency": _currency(metric.currency, metric.currency_path)}
        if metric.definition_source != "built_in":
            row["cost_metric_name"] = metric.cost_metric_name
        expected[metric.cost_metric_id,] = row
    for key, row in _by_key(marts["cost_metrics"], "cost_metric_id").items():
        group_by = json.loads(row["group_by_json"]) if row["group_by_json"] else {}
        currency = _currency(row["currency"], row["currency_path"])
        found[key] = {**row, "group_by": group_by, "currency": currency}
    _assert_equal(f"{label}: cost_metrics", expected, found)


def _currency(currency: str | None, currency_path: str | None) -> str | None:
    """Compare without case; neither currency nor path is the reporting currency, said or not."""
    if currency is None and currency_path is None:
        return "reporting"
    return currency and currency.lower()


def test_rejected_definitions(world: tuple) -> None:
    """The definitions that price nothing, whatever is said of them."""
    marts, oracle, label = world
    rejected = {
        row["definition_id"] for row in _of_kind(marts["rejected_definitions"], "cost_metric")
    }
    _assert_same_rows(
        f"{label}: rejected_definitions",
        ((identifier,) for identifier in oracle.rejected_definitions),
        ((identifier,) for identifier in rejected),
    )


def test_cost_events(world: tuple) -> None:
    """Every event under every metric: amounts, customer, trace and dimensions."""
    marts, oracle, label = world
    expected = {}
    for key, row in _by_key(oracle.costs.cost_events, "event_id", "cost_metric_id").items():
        expected[key] = {**row, "dimensions": _without_nulls(row["dimensions"])}
        # The mart has the instant alone.
        del expected[key]["date_day"]
    found = {
        key: {**row, "dimensions": _without_nulls(json.loads(row["dimensions"] or "{}"))}
        for key, row in _by_key(marts["cost_events"], "event_id", "cost_metric_id").items()
    }
    _assert_equal(f"{label}: cost_events", expected, found)


def test_rejected_values(world: tuple) -> None:
    """Values that cannot be read, with the reason."""
    marts, oracle, label = world
    _assert_same_rows(
        f"{label}: rejected_values",
        oracle.costs.rejected_values,
        (
            (row["event_id"], row["definition_id"], row["reject_reason"])
            for row in _of_kind(marts["rejected_values"], "cost_metric")
        ),
    )


COST_MARTS = {
    "costs_daily": ("customer_id", "cost_metric_id", "date_day"),
    "cost_by_dimension_daily": (
        *("cost_metric_id", "dimension_name", "dimension_value"),
        *("customer_id", "date_day"),
    ),
    "cost_report_monthly": (
        *("cost_metric_id", "slice_kind", "slice_name", "slice_value"),
        "month_start_date",
    ),
    "cost_traces": ("trace_id",),
    "cost_trace_statistics": ("event_name",),
    "cost_trace_statistics_daily": ("event_name", "date_day"),
    "cost_outliers": ("trace_id",),
}


@pytest.mark.parametrize("mart", COST_MARTS)
def test_cost_marts(world: tuple, mart: str) -> None:
    """Each table of costs and traces, every row and column that the oracle knows."""
    marts, oracle, label = world
    owner = oracle.costs if hasattr(type(oracle.costs), mart) else oracle.traces
    found = _by_key(marts[mart], *COST_MARTS[mart])
    _assert_equal(f"{label}: {mart}", getattr(owner, mart), found)


# Meters


def test_meters(world: tuple) -> None:
    """The meters in force: the newest landed of each good definition."""
    marts, oracle, label = world
    expected = {
        (meter.meter_id,): {
            "meter_name": meter.meter_name,
            "source_system": meter.source_system,
            "aggregation": meter.aggregation,
            "value_path": meter.value_path,
            "group_by": meter.group_by,
            "archived_at": meter.archived_at,
            "is_archived": meter.archived_at is not None,
            # Of OpenMeter's, which have none, it is open what stands there.
            **({"filter": meter.filter_json} if meter.source_system == "polar" else {}),
        }
        for meter in oracle.meter_definitions
    }
    found = {
        key: {
            **row,
            "group_by": json.loads(row["group_by_json"] or "{}"),
            "filter": json.loads(row["filter_json"]),
        }
        for key, row in _by_key(marts["meters"], "meter_id").items()
    }
    _assert_equal(f"{label}: meters", expected, found)


def test_rejected_meters(world: tuple) -> None:
    """The meters that count nothing: what is wrong, and where."""
    marts, oracle, label = world
    names = ("definition_source", "definition_id", "place", "reject_reason")
    _assert_same_rows(
        f"{label}: rejected_definitions",
        oracle.rejected_meters,
        (
            tuple(row[name] for name in names)
            for row in _of_kind(marts["rejected_definitions"], "meter")
        ),
    )


def test_meter_events(world: tuple) -> None:
    """Every event under every meter that it counts for: customer, quantity and dimensions."""
    marts, oracle, label = world
    expected = {
        key: {**row, "dimensions": _without_nulls(row["dimensions"])}
        for key, row in oracle.meters.meter_events.items()
    }
    found = {
        key: {**row, "dimensions": _without_nulls(json.loads(row["dimensions"] or "{}"))}
        for key, row in _by_key(marts["meter_events"], "meter_id", "event_id").items()
    }
    _assert_equal(f"{label}: meter_events", expected, found)


def test_equal_values_have_equal_hashes(world: tuple) -> None:
    """What `unique` tells apart has different hashes, and nothing else has."""
    marts, oracle, label = world
    expected, found = oracle.meters.unique_values, {}
    rows = marts["int_meter_events_counted"]
    for key, row in _by_key(rows, "meter_id", "event_id").items():
        found[key] = row["unique_value_hash"]
    pairs = {(expected[key], found[key]) for key in expected.keys() & found.keys()}
    assert len(pairs) > 10
    values, hashes = (Counter(side) for side in zip(*pairs, strict=True))
    ambiguous = [pair for pair in pairs if values[pair[0]] > 1 or hashes[pair[1]] > 1]
    assert not ambiguous, f"{label}: {ambiguous[:10]}"


def test_rejected_quantities(world: tuple) -> None:
    """Values that no meter can add up, with the reason."""
    marts, oracle, label = world
    _assert_same_rows(
        f"{label}: rejected_values",
        oracle.meters.rejected_values,
        (
            (row["event_id"], row["definition_id"], row["reject_reason"])
            for row in _of_kind(marts["rejected_values"], "meter")
        ),
    )


@pytest.mark.parametrize("mart", [mart for mart in KEYS if mart != "meter_events"])
def test_meter_marts(world: tuple, mart: str) -> None:
    """Each table of usage, every row and column that the oracle knows."""
    marts, oracle, label = world
    found = _by_key(marts[mart], *KEYS[mart])
    _assert_equal(f"{label}: {mart}", getattr(oracle.meters, mart), found)


def test_rounded_values(world: tuple) -> None:
    """Each file of events counts the costs and the quantities in it that lost digits."""
    marts, oracle, label = world
    expected = oracle.costs.rounded_counts + oracle.meters.rounded_counts
    assert oracle.meters.rounded_counts.total() > 0
    _assert_equal(
        f"{label}: loads",
        {(name,): {"rounded_count": count} for name, count in expected.items()},
        {
            (_landed_name(row["source_file"]),): row
            for row in marts["loads"]
            if row["entity"] == "events" and row["rounded_count"]
        },
    )


def _landed_name(source_file: str) -> str:
    """Return the name that a world gave to a file."""
    return "/".join(source_file.split("/")[-3:])


def _of_kind(rows: list[dict], kind: str) -> list[dict]:
    return [row for row in rows if row["definition_kind"] == kind]


# Profit


def test_profit_daily(world: tuple) -> None:
    """Every component of profit per customer and day, exactly."""
    marts, oracle, label = world
    found = _by_key(marts["profit_daily"], "customer_id", "date_day")
    _assert_equal(f"{label}: profit_daily", oracle.profit_daily, found)


def test_profit_monthly(world: tuple) -> None:
    """The same per month, months without activity included."""
    marts, oracle, label = world
    found = _by_key(marts["profit_monthly"], "customer_id", "month_start_date")
    _assert_equal(f"{label}: profit_monthly", oracle.profit_monthly, found)


def test_lifetime_value(world: tuple) -> None:
    """The same over a customer's life."""
    marts, oracle, label = world
    expected = {(customer_id,): cell for customer_id, cell in oracle.lifetime_value.items()}
    for cell in expected.values():
        # The mart's name for its profit is `lifetime_value_amount`, in which null counts as zero.
        cell.pop("profit_amount", None)
    found = _by_key(marts["lifetime_value"], "customer_id")
    _assert_equal(f"{label}: lifetime_value", expected, found)


def test_calendar(world: tuple) -> None:
    """The calendar has every day once, from before the first activity to `as_of` or later."""
    marts, oracle, label = world
    days = sorted(row["date_day"] for row in marts["calendar"])
    assert days == [days[0] + timedelta(days=number) for number in range(len(days))], label
    active = [day for _, day in oracle.profit_daily]
    assert days[0] <= min(active)
    assert days[-1] >= max([*active, oracle.local_day(oracle.settings.as_of)])


def test_totals_tie(world: tuple) -> None:
    """Every cost and every movement is in the daily, monthly and lifetime tables exactly once."""
    marts, _, label = world

    def total(mart: str, column: str) -> Decimal:
        amounts = (row[column] for row in marts[mart])
        return sum((amount for amount in amounts if amount is not None), start=Decimal(0))

    with localcontext(EXACT):
        for column in ("cost_amount", "revenue_amount", "refund_amount", "fee_amount"):
            totals = {
                total(mart, column) for mart in ("profit_daily", "profit_monthly", "lifetime_value")
            }
            assert len(totals) == 1, f"{label}: {column} {totals}"
        costs = {
            total(mart, "cost_amount")
            for mart in ("cost_events", "costs_daily", "cost_traces", "lifetime_value")
        }
        assert len(costs) == 1, f"{label}: {costs}"
        net = total("revenue_movements", "amount") - total("revenue_movements", "fee_amount")
        assert net == total("lifetime_value", "net_revenue_amount"), label


def test_full_refresh_changes_nothing(world: tuple, warehouse: Warehouse) -> None:
    """One build of the whole raw zone gives the marts that several runs gave, row for row."""
    marts, oracle, label = world
    if oracle.settings.reporting_timezone != "Pacific/Kiritimati":
        pytest.skip("one world is enough")
    warehouse.build(VARIABLES["kiritimati"], full_refresh=True, summaries=False)
    for mart, rows in take_marts(warehouse).items():
        _assert_same_rows(
            f"{label}: {mart}",
            (tuple(map(str, row.items())) for row in rows),
            (tuple(map(str, row.items())) for row in marts[mart]),
            ("rebuilt", "added to"),
        )


def test_other_variables_need_a_full_refresh(world: tuple, warehouse: Warehouse) -> None:
    """A database built for one time zone, currency or refund dating refuses another, in words."""
    _, oracle, _ = world
    if oracle.settings.reporting_timezone != "Asia/Kolkata":
        pytest.skip("one world is enough")
    with pytest.raises(BuildError, match="--full-refresh"):
        warehouse.build(VARIABLES["utc"])


# Hostile lines


def _event(identifier: str, rest: str = "") -> bytes:
    text = f'{{"id": "{identifier}", "timestamp": "2026-12-01T00:00:00Z", "name": "call"{rest}}}'
    return text.encode()


def _cost(amount: str) -> str:
    return f', "metadata": {{"_cost": {{"amount": {amount}, "currency": "usd"}}}}'


def _ledger(identifier: str, metadata: str) -> bytes:
    return (
        f'{{"id": "{identifier}", "timestamp": "2026-12-01T00:00:00Z", "name": "balance.order",'
        f' "source": "system", "customer_id": "hostile_ledger", "metadata": {metadata}}}'
    ).encode()


CALLS = (
    b'{"conjunction": "and", "clauses": [{"property": "name", "operator": "eq", "value": "call"}]}'
)
# Entity -> lines with the promised reason; None: accepted; `any`: accounted for, and that is all.
HOSTILE: dict[str, list[tuple[bytes, str | None]]] = {
    "polar/events": [
        (_event("h_good"), None),
        (b"\xff\xfe\x00broken", "invalid_encoding"),
        (_event("h_latin", ', "label": "caf\xe9"').decode().encode("latin-1"), "invalid_encoding"),
        (b'{"id": "h_surrogate_bytes", "name": "\xed\xa0\x80"}', "invalid_encoding"),
        (_event("h_long", f', "label": "{"x" * (16 * 1024 * 1024 + 100)}"'), "line_too_long"),
        (_event("h_big", f', "label": "{"x" * 15_900_000}"'), None),
        (_event("h_big_metadata", f', "metadata": {{"prompt": "{"y" * 12_000_000}"}}'), None),
        (b"[" * 200_000, "malformed_json"),
        (b"[" * 100_000 + b"]" * 100_000, "any"),
        (_event("h_deep", f', "metadata": {{"a": {"[" * 900}{"]" * 900}}}'), "any"),
        (_event("h_deeper", ', "metadata": ' + '{"a":' * 20_000 + "1" + "}" * 20_000), "any"),
        (b'{"id": "h_nul", "name": "a\x00b"}', "malformed_json"),
        (_event("h_nul_name").replace(b'"call"', b'"a\\u0000b"'), "unreadable_name"),
        (_event("h_nul_metadata", ', "metadata": {"a\\u0000b": "\\u0000"}'), None),
        (_event("h_nul_id\\u0000"), "any"),
        (_event("h_nul_customer", ', "customer_id": "a\\u0000b"'), "any"),
        (_event("h_nul_external", ', "external_customer_id": "a\\u0000b"'), "any"),
        (_event("h_lone_high", ', "metadata": {"a": "\\ud800"}'), "any"),
        (_event("h_lone_low", ', "customer_id": "\\udc00x"'), "any"),
        (_event("h_pair", ', "label": "\\ud83d\\ude00"'), None),
        (_event("h_1e400", _cost("1e400")), None),
        (_event("h_minus_1e400", _cost("-1e400")), None),
        (_event("h_1e99999", _cost('"1e99999999999"')), None),
        (_event("h_nan", _cost("NaN")), "any"),
        (_event("h_infinity", _cost("Infinity")), "any"),
        (_event("h_digits", _cost("9" * 5000)), None),
        (_event("h_decimals", _cost("0." + "1" * 5000)), None),
        (_event("h_text_digits", _cost(f'"{"9" * 5000}"')), None),
        (_event("h_zeros", _cost('"' + "0" * 5000 + '1"')), None),
        (_event("h_hex", _cost("0x10")), "any"),
        (_event("h_octal", _cost("010")), "any"),
        (_event("h_plus", _cost("+1")), "any"),
        (_event("h_trailing", ",")[:-1] + b"}", "any"),
        (b"{}", "missing_name"),
        (b"null", "not_an_object"),
        (b"true", "not_an_object"),
        (b"5", "not_an_object"),
        (b'"text"', "not_an_object"),
        (b"   \t" + _event("h_indented") + b"  ", None),
        (b"{'id': 'h_single', 'name': 'call'}", "malformed_json"),
        (_event("h_two") + _event("h_two_more"), "malformed_json"),
        (_event("h_separators", ', "label": "\u2028\u2029\u0085\ufeff"'), None),
        (_event("h_quotes", ', "customer_id": "\'; drop table marts.customers; --"'), None),
        (_event("h_braces", ', "customer_id": "{{ 1 }} {% raw %} $$ ${x} %s"'), None),
        (_event("h_empty_external", ', "external_customer_id": ""'), None),
        (_event("h_empty_customer", ', "customer_id": ""'), "unreadable_customer_id"),
        (_event("").replace(b"2026-12-01", b"2026-12-02"), "unreadable_id"),
        (_event("h_keys", ', "metadata": {"": 1, "a.b": 2, "\'": 3, "$": 4, "[0]": 5}'), None),
        (
            _event("h_many", f', "metadata": {json.dumps(dict.fromkeys(range(3000), 1))}'),
            None,
        ),
        (_event("h_key_case", ', "ID": "other", "Name": "other"'), None),
        (_event("h_metadata_text", ', "metadata": "_cost"'), None),
        (_event("h_metadata_list", ', "metadata": [{"_cost": {"amount": 1}}]'), None),
        (_event("h_customer_text", ', "customer": "Ada"'), None),
        (_event("h_customer_list", ', "customer": [{"id": 1}]'), None),
        (_event("h_customer_empty", ', "customer": {}'), None),
        (_event("h_customer_wrong", ', "customer": {"id": 5, "external_id": {}}'), "any"),
        *(
            (b'{"id": "h_t%d", "name": "call", "timestamp": %s}' % (number, text), reason)
            for number, (text, reason) in enumerate(
                [
                    (b'"infinity"', "unreadable_timestamp"),
                    (b'"-infinity"', "unreadable_timestamp"),
                    (b'"epoch"', "unreadable_timestamp"),
                    (b'"now"', "unreadable_timestamp"),
                    (b'""', "unreadable_timestamp"),
                    (b'"20261201T000000Z"', "any"),
                    (b'"2026-12-01T24:00:00Z"', "any"),
                    (b'"2016-12-31T23:59:60Z"', "any"),
                    (b'"2026-12-01T00:00:00+25:00"', "unreadable_timestamp"),
                    (b'"2026-02-30T00:00:00Z"', "unreadable_timestamp"),
                    (b'"2026-12-01T00:00:00 America/New_York"', "unreadable_timestamp"),
                    (b'"9999-12-31T23:59:59Z"', "timestamp_in_future"),
                    (b'"99999-12-31T23:59:59Z"', "any"),
                    (b'"0001-01-01T00:00:00Z"', "any"),
                    (b'"0000-01-01T00:00:00Z"', "any"),
                    (b'"2026-12-01T00:00:00.123456789123456789Z"', "any"),
                    (b"1e308", "any"),
                    (b"-1e308", "any"),
                    (b"1e400", "any"),
                    (b"99999999999999999999999", "any"),
                    (b"-99999999999999999999999", "any"),
                    (b"0", "any"),
                    (b"-1", "any"),
                    (b"{}", "unreadable_timestamp"),
                    (b"[]", "unreadable_timestamp"),
                    (b"false", "unreadable_timestamp"),
                ]
            )
        ),
        (
            b'{"id": "h_old", "name": "call", "timestamp": "1000-01-01T00:00:00+12:00", "metadata":'
            b' {"_cost": {"amount": 1, "currency": "usd"}}}',
            "any",
        ),
        *(
            (_ledger(f"h_l{number}", text), "any")
            for number, text in enumerate(
                [
                    "{}",
                    "[]",
                    "null",
                    '{"order_id": 5, "amount": 100, "currency": "usd", "fee": 0}',
                    '{"order_id": "o", "amount": "abc", "currency": "usd", "fee": 0}',
                    '{"order_id": "o", "amount": 1e400, "currency": "usd", "fee": 0}',
                    '{"order_id": "o", "amount": 10.5, "currency": "usd", "fee": 0.5}',
                    '{"order_id": "o", "amount": true, "currency": "usd", "fee": []}',
                    '{"order_id": "o", "amount": null, "currency": null, "fee": null}',
                    '{"order_id": "o", "amount": 100, "currency": "zzz", "fee": 5}',
                    '{"order_id": "o", "amount": 100, "currency": "usd", "fee": "x"}',
                    '{"order_id": "o", "amount": 100, "currency": 5, "fee": 1}',
                    '{"order_id": "o", "amount": 99999999999999999999999999999999999999999, '
                    '"currency": "usd", "fee": 9223372036854775807}',
                    '{"order_id": "o", "amount": 9223372036854775807, "currency": "jpy", "fee": 0}',
                    '{"order_id": "o", "amount": 1, "currency": "usd", "order_created_at": "no"}',
                    '{"order_id": "o", "amount": 1, "currency": "usd", "order_created_at": 5e300}',
                ]
            )
        ),
    ],
    "polar/orders": [
        (
            b'{"id": "h_o%d", "created_at": "2026-12-01T00:00:00Z", "customer_id": "hostile_order",'
            b' "status": "paid", %s}' % (number, text),
            reason,
        )
        for number, (text, reason) in enumerate(
            [
                (b'"net_amount": true, "currency": "usd"', "unreadable_net_amount"),
                (b'"net_amount": "5", "currency": "usd"', "unreadable_net_amount"),
                (b'"net_amount": 1e400, "currency": "usd"', "unreadable_net_amount"),
                (b'"net_amount": 99999999999999999999999999, "currency": "usd"', "any"),
                (b'"net_amount": 9223372036854775807, "currency": "jpy"', "any"),
                (b'"net_amount": -9223372036854775808, "currency": "usd"', "any"),
                (b'"net_amount": -500, "currency": "usd"', None),
                (b'"net_amount": 5, "currency": 5', "unreadable_currency"),
                (b'"net_amount": 5, "currency": "zzz"', "any"),
                (b'"net_amount": 5, "currency": ""', "any"),
                (b'"net_amount": 5, "currency": "usd", "refunded_amount": -7', "any"),
                (b'"net_amount": 5, "currency": "usd", "platform_fee_currency": "zzz"', "any"),
                (b'"net_amount": 5, "currency": "usd", "platform_fee_amount": 1e99', "any"),
                (b'"net_amount": 5, "currency": "usd", "modified_at": "never"', "any"),
                (b'"net_amount": 5, "currency": "usd", "items": 5, "customer": 5', None),
                (
                    b'"net_amount": 5, "currency": "usd", "modified_at": "2099-01-01T00:00:00Z"',
                    "any",
                ),
            ]
        )
    ],
    "paygentic/events": [
        (b'{"type": "hostile", "timestamp": "2026-12-01T00:00:00Z", %s}' % text, reason)
        for text, reason in [
            (b'"data": {"cost": 1}', None),
            (b'"data": {"cost": 1e400}', None),
            (b'"data": {"cost": -1e400}', None),
            (b'"data": {"cost": %s}' % (b"9" * 5000), None),
            (b'"data": {"cost": 0.%s}' % (b"1" * 5000), None),
            (b'"data": {"cost": "1e99999999999"}', None),
            (b'"data": {"cost": {"cost": 1}, "list": [[[]]]}', None),
            (b'"data": {"cost": NaN}', "any"),
            (b'"data": {"cost": 1, "cost": 2}', "any"),
            (b'"data": {"a\\u0000b": 1, "cost": "\\u0000"}', "any"),
            (b'"data": {"a": %s%s}' % (b"[" * 900, b"]" * 900), "any"),
            (b'"data": {"cost": "\\ud800"}', "any"),
            (b'"data": "text"', None),
            (b'"data": 5', None),
            (b'"data": []', None),
            (b'"data": null', None),
            (b'"data": {}, "customerId": "\'; drop table marts.customers; --"', None),
            (b'"data": {}, "customerId": "{{ 1 }} {% raw %} $$ ${x} %s"', None),
            (b'"data": {}, "customerId": "a\\u0000b"', "any"),
            (b'"data": {}, "externalSubject": "a\\u0000b"', "any"),
            (b'"data": {}, "customerId": "unattributed"', "any"),
            (b'"data": {}, "customerId": "external:x"', "any"),
            (b'"data": {}, "idempotencyKey": "a\\u0000b"', "any"),
            (b'"data": {}, "idempotencyKey": "%s"' % (b"k" * 100_000), None),
            (b'"data": {}, "idempotencyKey": {}', "unreadable_idempotencyKey"),
            (b'"data": {}, "customerId": ["c"]', "unreadable_customerId"),
            (b'"data": {}, "externalSubject": false', "unreadable_externalSubject"),
            (b'"data": {}, "Type": "other", "CUSTOMERID": 5', None),
            (b'"data": {}, "source": "system", "parent_id": "h_good", "id": "h_good"', None),
        ]
    ]
    + [
        (b"{}", "missing_type"),
        (b'{"type": ""}', "any"),
        (b'{"type": {}}', "unreadable_type"),
        (b'{"type": "a\\u0000b"}', "any"),
        (b'{"type": "hostile", "timestamp": "infinity"}', "unreadable_timestamp"),
        (b'{"type": "hostile", "timestamp": 1e308}', "any"),
        (b'{"type": "hostile", "timestamp": "0001-01-01T00:00:00Z"}', "any"),
        (b'{"type": "hostile", "timestamp": "9999-12-31T23:59:59Z"}', "timestamp_in_future"),
    ],
    # What becomes of each is open, but none stops the build or prices the events above wrongly.
    "paygentic/cost_metrics": [
        (
            b'{"name": "h_m%d", "eventType": "hostile", "aggregation": "sum", %s}' % (number, text),
            "any",
        )
        for number, text in enumerate(
            [
                b'"valueProperty": "$.cost"',
                b'"valueProperty": ""',
                b'"valueProperty": 5',
                b'"valueProperty": {"path": "$"}',
                b'"valueProperty": "$.%s"' % (b"x" * 20_000),
                b'"valueProperty": "$%s"' % (b".a" * 300),
                b'"valueProperty": "$[99999999999999999999]"',
                b'"valueProperty": "$[\'a\\u0000b\']"',
                b'"valueProperty": "$[\'\\ud800\']"',
                b'"valueProperty": "$[\'\\\\\']"',
                b'"valueProperty": "$[\'\\n{{ 1 }}{% raw %}{# #}\']"',
                b'"valueProperty": "$[\\"\'; drop table marts.customers; --\\"]"',
                b'"valueProperty": "$.cost", "unitCost": 1e400',
                b'"valueProperty": "$.cost", "unitCost": 1e-400',
                b'"valueProperty": "$.cost", "unitCost": -1',
                b'"valueProperty": "$.cost", "unitCost": "abc"',
                b'"valueProperty": "$.cost", "unitCost": true',
                b'"valueProperty": "$.cost", "unitCost": NaN',
                b'"valueProperty": "$.cost", "unitCost": %s' % (b"9" * 40),
                b'"valueProperty": "$.cost", "unitCost": "99999999999999999999999999"',
                b'"valueProperty": "$.cost", "currency": "zzz"',
                b'"valueProperty": "$.cost", "currency": 5',
                b'"valueProperty": "$.cost", "currency": ""',
                b'"valueProperty": "$.cost", "unit": 5',
                b'"valueProperty": "$.cost", "groupBy": []',
                b'"valueProperty": "$.cost", "groupBy": "$.list"',
                b'"valueProperty": "$.cost", "groupBy": {"": "$.list"}',
                b'"valueProperty": "$.cost", "groupBy": {"a": 5}',
                b'"valueProperty": "$.cost", "groupBy": {"a": "$.list", "a": "$.cost"}',
                b'"valueProperty": "$.cost", "groupBy": {"a\\u0000b": "$.list"}',
                b'"valueProperty": "$.cost", "groupBy": {"list": "$.list", "all": "$"}',
                b'"valueProperty": "$.cost", "groupBy": {"\'; {{ 1 }} --": "$.list[0][0]"}',
                b'"valueProperty": "$.cost", "id": ""',
                b'"valueProperty": "$.cost", "id": 5',
                b'"valueProperty": "$.cost", "id": "\'\\"; {{ 1 }} {% raw %} \\\\ "',
                b'"valueProperty": "$.cost", "id": "a\\u0000b"',
                b'"valueProperty": "$.cost", "id": "polar_cost"',
                b'"valueProperty": "$.cost", "name": "twice"',
            ]
        )
    ]
    + [
        (b'{"name": "h_no_type", "valueProperty": "$.cost", "aggregation": "sum"}', "any"),
        (b'{"name": "h_no_path", "eventType": "hostile", "aggregation": "sum"}', "any"),
        (b'{"name": "h_no_sum", "eventType": "hostile", "valueProperty": "$.cost"}', "any"),
        (b'{"eventType": "hostile", "valueProperty": "$.cost", "aggregation": "sum"}', "any"),
        (b"{}", "any"),
        (b"[]", "not_an_object"),
        (b'{"name": "h_broken"', "malformed_json"),
    ],
    "openmeter/events": [
        (b'{"id": "h%d", "source": "hostile", "type": "hostile", %s}' % (number, text), reason)
        for number, (text, reason) in enumerate(
            [
                (b'"data": {"v": 1}', None),
                (b'"data": {"v": 1e400}', None),
                (b'"data": {"v": "1e99999999999"}', None),
                (b'"data": {"v": "1e-99999999999"}', None),
                (b'"data": {"v": %s}' % (b"9" * 5000), None),
                (b'"data": {"v": "0.%s"}' % (b"1" * 5000), None),
                (b'"data": {"v": NaN}', "any"),
                (b'"data": {"a\\u0000b": 1, "v": "\\u0000"}', "any"),
                (b'"data": {"v": "\\ud800"}', "any"),
                (b'"data": {"v": %s%s}' % (b"[" * 900, b"]" * 900), "any"),
                (b'"data": "text"', None),
                (b'"data": [{"v": 1}]', None),
                (b'"data_base64": "AAAA"', None),
                (b'"subject": "a\\u0000b"', "any"),
                (b'"subject": "\'; drop table marts.customers; --"', None),
                (b'"subject": "{{ 1 }} {% raw %} $$ ${x} %s"', None),
                (b'"subject": "unattributed"', "any"),
                (b'"subject": "external:x"', "any"),
                (b'"subject": 5', "unreadable_subject"),
                (b'"time": "infinity"', "unreadable_time"),
                (b'"time": 1e308', "any"),
                (b'"time": "9999-12-31T23:59:59Z"', "time_in_future"),
                (b'"time": ""', "unreadable_time"),
                (b'"specversion": 1.0', "unreadable_specversion"),
                (b'"specversion": ""', "any"),
            ]
        )
    ]
    + [
        (b"{}", "missing_id"),
        (b'{"id": "a\\u0000b", "source": "s", "type": "t"}', "any"),
        (b'{"id": "x", "source": "\'; {{ 1 }} --", "type": "hostile", "data": {"v": 1}}', None),
        (b'{"id": "%s", "source": "s", "type": "t"}' % (b"i" * 100_000), None),
    ],
    # Of these the first of each source counts the events above, and none stops the build.
    "polar/meters": [
        (b'{"id": "h_p%d", "name": "h", %s}' % (number, text), "any")
        for number, text in enumerate(
            [
                b'"filter": %s, "aggregation": {"func": "sum", "property": "_cost.amount"}' % CALLS,
                b'"filter": %s, "aggregation": {"func": "sum", "property": "a\\u0000b"}' % CALLS,
                b'"filter": %s, "aggregation": {"func": "sum", "property": {}}' % CALLS,
                b'"filter": %s, "aggregation": {"func": {}, "property": "x"}' % CALLS,
                b'"filter": %s, "aggregation": []' % CALLS,
                b'"filter": %s, "aggregation": "sum"' % CALLS,
                b'"filter": %s, "aggregation": 5' % CALLS,
                b'"filter": "%s"' % CALLS.replace(b'"', b'\\"'),
                b'"filter": %s' % (b'{"conjunction":"and","clauses":[' * 500 + b"]}" * 500),
                b'"filter": {"conjunction": "and", "clauses": %s%s}' % (b"[" * 900, b"]" * 900),
                b'"filter": {"conjunction": {}, "clauses": [[]]}',
                b'"filter": {"conjunction": "and", "conjunction": "or", "clauses": []}',
                b'"filter": {"conjunction": "and", "clauses": [{"property": "\\ud800"}]}',
                *(
                    b'"filter": {"conjunction": "and", "clauses": [{"property": "x", "operator":'
                    b' "eq", "value": %s}]}, "aggregation": {"func": "count"}' % value
                    for value in (
                        b"1e400",
                        b"-1e400",
                        b"1e-400",
                        b"NaN",
                        b"9" * 5000,
                        b'"\\ud800"',
                        b'"\\u0000"',
                        b"[[[]]]",
                        b'"%s"' % (b"x" * 100_000),
                    )
                ),
                b'"filter": %s, "aggregation": {"func": "count"}, "archived_at": 1e308' % CALLS,
                b'"filter": %s, "aggregation": {"func": "count"}, "archived_at": {}' % CALLS,
                b'"filter": %s, "aggregation": {"func": "count"}, "modified_at": "no"' % CALLS,
            ]
        )
    ]
    + [
        (b'{"id": 5, "filter": %s, "aggregation": {"func": "count"}}' % CALLS, "any"),
        (b'{"id": {}, "filter": %s, "aggregation": {"func": "count"}}' % CALLS, "any"),
        (b'{"id": "a\\u0000b", "filter": %s, "aggregation": {"func": "count"}}' % CALLS, "any"),
        (b'{"name": "h_no_id"}', "missing_id"),
        (b"[]", "not_an_object"),
    ],
    "openmeter/meters": [
        (b'{"slug": "h_o%d", "eventType": "hostile", %s}' % (number, text), "any")
        for number, text in enumerate(
            [
                b'"aggregation": "SUM", "valueProperty": "$.v"',
                b'"aggregation": "SUM", "valueProperty": ""',
                b'"aggregation": "SUM", "valueProperty": {}',
                b'"aggregation": "SUM", "valueProperty": "$.%s"' % (b"x" * 20_000),
                b'"aggregation": "SUM", "valueProperty": "$[\'a\\u0000b\']"',
                b'"aggregation": "SUM", "valueProperty": "$[99999999999999999999]"',
                b'"aggregation": {}, "valueProperty": "$.v"',
                b'"aggregation": "SUM", "valueProperty": "$.v", "groupBy": {"a\\u0000b": "$.v"}',
                b'"aggregation": "SUM", "valueProperty": "$.v", "groupBy": {"": "$.v"}',
                b'"aggregation": "SUM", "valueProperty": "$.v", "groupBy": {"a": "$", "b": "$[0]"}',
                b'"aggregation": "COUNT", "eventType": {}',
                b'"aggregation": "COUNT", "deletedAt": 1e308',
            ]
        )
    ]
    + [
        (b'{"slug": "h_long", "eventType": "%s", "aggregation": "COUNT"}' % (b"t" * 2000), "any"),
        (b'{"slug": "h_nul", "eventType": "a\\u0000b", "aggregation": "COUNT"}', "any"),
        (b'{"slug": "h_empty", "eventType": "", "aggregation": "COUNT"}', "any"),
        (b'{"slug": "", "id": "", "eventType": "hostile"}', "missing_slug"),
    ],
    "polar/subscriptions": [
        (
            b'{"id": "h_s%d", "created_at": "2026-12-01T00:00:00Z", "customer_id": "hostile_sub",'
            b' "status": "active", "amount": 100, "currency": "usd", "started_at":'
            b' "2026-12-01T00:00:00Z", %s}' % (number, text),
            "any",
        )
        for number, text in enumerate(
            [
                b'"recurring_interval": "month", "recurring_interval_count": 0',
                b'"recurring_interval": "month", "recurring_interval_count": -1',
                b'"recurring_interval": "month", "recurring_interval_count": null',
                b'"recurring_interval": "month", "recurring_interval_count": 1e99',
                b'"recurring_interval": "decade", "recurring_interval_count": 1',
                b'"recurring_interval": null, "recurring_interval_count": 1',
                b'"recurring_interval": 5, "recurring_interval_count": "1"',
            ]
        )
    ],
    "polar/refunds": [
        (
            b'{"id": "h_r%d", "created_at": "2026-12-01T00:00:00Z", "order_id": "h_o6", "status":'
            b' "succeeded", %s}' % (number, text),
            "any",
        )
        for number, text in enumerate(
            [
                b'"amount": 9223372036854775807, "currency": "usd"',
                b'"amount": -5, "currency": "usd"',
                b'"amount": 5, "currency": "zzz"',
                b'"amount": 5, "currency": "usd", "customer_id": "external:x"',
            ]
        )
    ],
    "polar/customers": [
        (b'{"id": "h_c%d", "created_at": "2026-12-01T00:00:00Z", %s}' % (number, text), reason)
        for number, (text, reason) in enumerate(
            [
                (b'"external_id": "", "name": ""', None),
                (b'"external_id": 5', "unreadable_external_id"),
                (b'"external_id": "a\\u0000b", "name": "a\\u0000b"', "any"),
                (b'"deleted_at": "never"', "any"),
                (b'"name": 5', "any"),
                (b'"metadata": {"a": {"a": []}}, "billing_address": 5', None),
            ]
        )
    ],
    "reference/exchange_rates": [
        (text, "any")
        for text in (
            b'{"rate_date": "9999-99-99", "currency": "eur", "rate": 1}',
            b'{"rate_date": "9999-12-31", "currency": "eur", "rate": 1}',
            b'{"rate_date": "0001-01-01", "currency": "jpy", "rate": 1}',
            b'{"rate_date": "2026-01-01", "currency": "eur", "rate": 1e-400}',
            b'{"rate_date": "2026-01-01", "currency": "eur", "rate": 1e400}',
            b'{"rate_date": "2026-01-01", "currency": "eur", "rate": "1e5"}',
            b'{"rate_date": "2026-01-01", "currency": null, "rate": 1}',
            b'{"rate_date": 20260101, "currency": "eur", "rate": 1}',
            b'{"rate_date": "2026-01-01", "currency": "usd", "rate": 2}',
            b'{"rate_date": "2026-01-01", "currency": "x\\u0000", "rate": 2}',
        )
    ],
}


@pytest.fixture(scope="module")
def hostile(warehouse: Warehouse) -> dict[str, list[dict]]:
    """Marts of the hostile lines, landed with odd line ends and built with one run."""
    warehouse.reset()
    files = {}
    for entity, lines in HOSTILE.items():
        # A byte order mark, blank lines, Windows line ends and no end of the last line.
        content = b"\xef\xbb\xbf" + b"\r\n\n  \n".join(line for line, _ in lines)
        files[f"{entity}/hostile.ndjson"] = content
    warehouse.land(files, LOAD_DAY)
    warehouse.build(VARIABLES["utc"])
    assert count_landed(warehouse) == sum(map(len, HOSTILE.values()))
    # Tables with a row for every day reach back to the oldest line: a thousand years.
    marts = ("cost_events", "customers", "loads", "meter_events", "rejected_rows")
    marts += ("rejected_values",)
    return {mart: warehouse.table(mart) for mart in marts}


@pytest.mark.parametrize("entity", HOSTILE)
def test_hostile_lines(hostile: dict[str, list[dict]], entity: str) -> None:
    """Each hostile line is accepted or rejected, for the promised reason if there is one."""
    found = {
        row["line_number"]: row["reject_reason"]
        for row in hostile["rejected_rows"]
        if f"{row['source_system']}/{row['entity']}" == entity
    }
    differences = []
    for index, (line, promised) in enumerate(HOSTILE[entity]):
        reason = found.get(3 * index + 1)
        if promised not in ("any", reason):
            differences.append(f"{line[:100]!r}: {reason} instead of {promised}")
    assert not differences, "\n".join(differences)
    [load] = [
        load for load in hostile["loads"] if f"{load['source_system']}/{load['entity']}" == entity
    ]
    assert load["row_count"] == len(HOSTILE[entity])
    assert load["accepted_count"] + load["rejected_count"] == load["row_count"]


def test_hostile_amounts_are_exact_or_refused(hostile: dict[str, list[dict]]) -> None:
    """Huge amounts are refused with a reason, long ones rounded at the fourteenth decimal."""
    costs = _of_kind(hostile["rejected_values"], "cost_metric")
    refused = {row["event_id"]: row["reject_reason"] for row in costs}
    for name in ("h_1e400", "h_minus_1e400", "h_1e99999", "h_digits", "h_text_digits"):
        assert refused[name] == "cost_amount_out_of_range"
    costs = {row["event_id"]: row["native_amount"] for row in hostile["cost_events"]}
    assert costs["h_decimals"] == Decimal("0.00111111111111")
    assert costs["h_zeros"] == Decimal("0.01")


def test_hostile_definitions_price_what_they_can(hostile: dict[str, list[dict]]) -> None:
    """The one good definition prices its events exactly, whatever stands beside it."""
    amounts = sorted(
        row["native_amount"] for row in hostile["cost_events"] if row["cost_metric_id"] == "h_m0"
    )
    refused = [
        row["reject_reason"] for row in hostile["rejected_values"] if row["definition_id"] == "h_m0"
    ]
    # 0.111... and 1; the event with a key twice may add another 1 or 2, if it is accepted.
    assert amounts[:2] == [Decimal("0.11111111111111"), Decimal(1)]
    assert refused.count("cost_amount_out_of_range") == 4
    # Polar events name the same customer ids, so a Paygentic `customerId` is one too.
    assert {row["customer_id"] for row in hostile["customers"]} >= {
        "'; drop table marts.customers; --",
        "{{ 1 }} {% raw %} $$ ${x} %s",
    }


def test_hostile_meters_count_what_they_can(hostile: dict[str, list[dict]]) -> None:
    """The good meters count exactly what can be read, whatever stands beside them."""
    counted: dict[str, dict[str, Decimal]] = {"h_p0": {}, "h_o0": {}}
    for row in hostile["meter_events"]:
        if row["meter_id"] in counted:
            counted[row["meter_id"]][row["event_id"]] = row["quantity"]
    refused = {
        (row["definition_id"], row["event_id"]): row["reject_reason"]
        for row in _of_kind(hostile["rejected_values"], "meter")
    }
    assert counted["h_p0"]["h_decimals"] == Decimal("0.111111111111")
    assert refused["h_p0", "h_1e400"] == "quantity_out_of_range"
    assert refused["h_p0", "h_digits"] == "quantity_out_of_range"
    # Of an amount a text is read too, if it is written as a JSON number.
    assert refused["h_p0", "h_text_digits"] == "quantity_out_of_range"
    assert refused["h_p0", "h_1e99999"] == "quantity_out_of_range"
    assert refused["h_p0", "h_zeros"] == "unreadable_quantity"
    assert counted["h_o0"]["openmeter:hostile:h0"] == 1
    assert counted["h_o0"]["openmeter:hostile:h3"] == 0
    assert counted["h_o0"]["openmeter:hostile:h5"] == Decimal("0.111111111111")
    assert counted["h_o0"]["openmeter:'; {{ 1 }} --:x"] == 1
    for number in (1, 2, 4):
        assert refused["h_o0", f"openmeter:hostile:h{number}"] == "quantity_out_of_range"
