"""The oracle's metrics, on worked examples and cases worked out by hand."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from goldens_credits import at, make_order, make_subscription
from goldens_metric_formulas import AS_OF, formula_story
from goldens_metric_formulas import CASES as FORMULAS
from goldens_metrics import (
    CASES,
    Records,
    Telling,
    ask_files,
    asked_records,
    clock_of,
    expected_cells,
    expected_totals,
    find_differences,
    is_same,
    load_tellings,
    metric_files,
    periods_of,
)
from goldens_stories import Case
from oracle_metric_periods import Periods
from oracle_metrics import (
    MetricRow,
    lifetime_value,
    margin_percentage,
    monthly_amount,
    totals_of,
)

TELLINGS = load_tellings()
ANSWERED = [case for case in CASES if "computed" in case]
MONTH = at("2024-03-01T00:00:00Z")


def _named(cases: list[Case]) -> list[Any]:
    return [pytest.param(case, id=case["id"]) for case in cases]


# Worked examples


@pytest.mark.parametrize("case", _named(CASES))
def test_golden_periods(case: Case) -> None:
    """Their starts, and how many there are."""
    starts, expected = periods_of(case), case["polar"]
    assert starts[0] == at(expected.get("first_period", starts[0].isoformat()))
    assert starts[-1] == at(expected.get("last_period", starts[-1].isoformat()))
    assert len(starts) == expected.get("period_count", len(starts))


@pytest.mark.parametrize("case", _named(ANSWERED))
def test_golden_figures(case: Case) -> None:
    """All figures of the answer, those that are asserted and those that were only computed."""
    interval, zone = case["query"]["interval"], case["query"]["timezone"]
    rows = ask_files(metric_files(asked_records(case)), clock_of(case), zone).rows(interval)
    assert not find_differences(expected_cells(case), rows)
    assert not find_differences(expected_cells(case, computed=True), rows)
    totals = totals_of([rows[start] for start in periods_of(case) if start in rows])
    for expected in (expected_totals(case), expected_totals(case, computed=True)):
        wrong = {
            slug: totals[slug]
            for slug, value in expected.items()
            if not is_same(totals[slug], value)
        }
        assert not wrong


def test_every_golden_is_told_once() -> None:
    """No example is forgotten in the tellings."""
    told = [case["id"] for telling in TELLINGS for case in telling.cases]
    assert sorted(told) == sorted(case["id"] for case in CASES)


@pytest.mark.parametrize("telling", TELLINGS, ids=[telling.name for telling in TELLINGS])
def test_examples_of_a_telling_leave_each_other_alone(telling: Telling) -> None:
    """Told together, at a clock that may be later, each example finds what it asserts."""
    metrics = telling.ask()
    for case in telling.cases:
        if cells := expected_cells(case):
            assert not find_differences(cells, metrics.rows(case["query"]["interval"]))


def test_golden_formulas_as_records() -> None:
    """Single formulas and rates, told as what they are figured out from."""
    records, cells = formula_story()
    rows = ask_files(metric_files(records), AS_OF, "UTC").rows("month")
    assert len(cells) == len(FORMULAS)
    assert not find_differences(cells, rows)


@pytest.mark.parametrize(
    "case", _named([case for case in FORMULAS if case["area"] == "metric_formula"])
)
def test_golden_formula(case: Case) -> None:
    """The same formulas by themselves."""
    [(slug, expected)] = case["polar"].items()
    given = {name: Fraction(str(case[name])) for name in case if _is_number(case[name])}
    if slug == "monthly_amount":
        found = monthly_amount(
            case["net_amount"], case["recurring_interval"], case["recurring_interval_count"]
        )
    elif slug == "ltv":
        found = lifetime_value(
            case["average_revenue_per_user"], given["cost_per_user"], given["churn_rate"]
        )
    else:
        found = margin_percentage(case["cumulative_revenue"], given["cumulative_costs"])
    assert is_same(found, expected)


def _is_number(value: object) -> bool:
    return isinstance(value, int | float)


# Periods


@pytest.mark.parametrize(
    ("interval", "zone", "first", "starts"),
    [
        # The hour from 02:00 to 03:00 twice.
        ("hour", "Europe/Paris", "2024-10-26T23:59:00Z", ["23:00", "00:00", "01:00", "02:00"]),
        # The hour from 02:00 to 03:00 is skipped.
        ("hour", "Europe/Paris", "2024-03-31T00:30:00Z", ["00:00", "01:00"]),
        ("hour", "Asia/Kolkata", "2024-01-01T00:00:00Z", ["23:30", "00:30"]),
        # Clocks go forward by half an hour at 02:00, so that hour is half an hour long.
        ("hour", "Australia/Lord_Howe", "2024-10-05T14:59:00Z", ["14:30", "15:30", "16:00"]),
        # Clocks go from 24:00 to 01:00: the day begins at 01:00.
        ("day", "Africa/Cairo", "2024-04-25T21:59:59Z", ["22:00", "22:00", "21:00"]),
        # Midnight comes twice: the day begins at the first.
        ("day", "America/Havana", "2024-11-03T04:30:00Z", ["04:00", "05:00"]),
        ("week", "Pacific/Kiritimati", "2024-01-07T10:00:00Z", ["10:00", "10:00"]),
        ("month", "America/New_York", "2024-03-01T05:00:00Z", ["05:00", "04:00", "04:00"]),
        ("year", "Asia/Kolkata", "2023-12-31T18:30:00Z", ["18:30", "18:30"]),
    ],
)
def test_periods(interval: str, zone: str, first: str, starts: list[str]) -> None:
    """Local clocks and calendars, and nothing collapses when clocks are set."""
    periods = Periods(interval, ZoneInfo(zone))
    start = periods.start_of(at(first))
    for expected in starts:
        assert f"{start:%H:%M}" == expected
        assert periods.start_of(start) == start
        following = periods.next_of(start)
        assert periods.start_of(following - timedelta(microseconds=1)) == start
        start = following


def test_a_week_begins_on_monday() -> None:
    """The last instant of a Sunday is of the week before."""
    periods = Periods("week", ZoneInfo("UTC"))
    assert periods.start_of(at("2024-01-07T23:59:59.999999Z")) == at("2024-01-01T00:00:00Z")
    assert periods.start_of(at("2024-01-08T00:00:00Z")) == at("2024-01-08T00:00:00Z")


# Cases by hand


def _rows(
    records: Records, as_of: str = "2024-12-31T23:59:59.999999Z", interval: str = "month"
) -> dict[datetime, MetricRow]:
    return ask_files(metric_files(records), at(as_of), "UTC").rows(interval)


def _month(records: Records, month: int = 3, **change: str) -> MetricRow:
    return _rows(records, **change)[datetime(2024, month, 1, tzinfo=UTC)]


def _event(name: str, timestamp: str, **metadata: object) -> dict:
    return {
        "id": f"{name} {timestamp} {metadata}",
        "name": name,
        "source": "system",
        "timestamp": timestamp,
        "customer_id": "c",
        "metadata": metadata,
    }


def _order_event(timestamp: str, order_id: str = "o", **change: object) -> dict:
    amounts = {"amount": 1000, "net_amount": 1000, "currency": "usd", "fee": 0}
    return _event("balance.order", timestamp, order_id=order_id, **{**amounts, **change})


def _has(row: MetricRow, **expected: object) -> bool:
    found = {slug: row[slug] for slug in expected}
    assert found == expected
    return True


@pytest.mark.parametrize(
    ("amounts", "revenue"),
    [
        ({"net_amount": 1001, "exchange_rate": 0.5}, 500),
        ({"net_amount": 1003, "exchange_rate": 0.5}, 502),
        # A rate of 0 is none: 90 settled for 100.
        (
            {"net_amount": 1000, "exchange_rate": 0, "amount": 90, "presentment_amount": 100},
            900,
        ),
        ({"net_amount": 1000, "amount": 90, "presentment_amount": 0}, 1000),
        ({"net_amount": None, "amount": 90}, 90),
    ],
)
def test_revenue_is_rounded_half_to_even(amounts: dict, revenue: int) -> None:
    """By the event's own rate, else by that of its amounts, else 1."""
    event = _order_event("2024-03-05T00:00:00Z", **amounts)
    assert _has(_month({"events": [event]}), revenue=revenue)


def test_a_credit_order_takes_an_earlier_rate() -> None:
    """The customer's last order in the currency, better of the same subscription."""
    euros = {"presentment_currency": "eur", "net_amount": 0}
    credit = _event(
        "balance.credit_order",
        "2024-03-20T00:00:00Z",
        order_id="credit",
        amount=100,
        currency="eur",
        subscription_id="s",
    )
    orders = [
        _order_event(
            "2024-03-02T00:00:00Z", "first", **euros, exchange_rate=2, subscription_id="s"
        ),
        _order_event("2024-03-03T00:00:00Z", "second", **euros, exchange_rate=3),
        _order_event("2024-03-21T00:00:00Z", "later", **euros, exchange_rate=5),
    ]
    assert _has(_month({"events": [*orders, credit]}), revenue=200)
    assert _has(_month({"events": [*orders[1:], credit]}), revenue=300)
    assert _has(_month({"events": [orders[2], credit]}), revenue=100)
    # The metrics of orders know no earlier rate (7.4).
    assert _has(_month({"events": [*orders, credit]}), one_time_products_revenue=100)


def test_a_refund_is_converted_once() -> None:
    """Its amount is settled already, whatever its rate; it restates the month of its order."""
    refund = _event(
        "balance.refund",
        "2024-05-05T00:00:00Z",
        order_id="o",
        order_created_at="2024-03-05T00:00:00Z",
        amount=-400,
        currency="usd",
        presentment_amount=-800,
        presentment_currency="eur",
        exchange_rate=0.5,
        fee=0,
    )
    order = _order_event("2024-03-05T00:00:00Z", exchange_rate=0.5, fee=7)
    row = _month({"events": [order, refund]})
    assert _has(row, revenue=500, net_revenue=93, one_time_products_net_revenue=93)
    # Before it happened nothing was refunded.
    row = _month({"events": [order, refund]}, as_of="2024-04-30T00:00:00Z")
    assert _has(row, net_revenue=493, one_time_products_net_revenue=493)


def test_records_tell_what_the_ledger_does_not() -> None:
    """Orders by their record when no balance event tells; a refund unless the ledger names it."""
    orders = [
        make_order(id="o", created_at="2024-03-05T00:00:00Z", net_amount=9, paid=True),
        make_order(
            id="recorded",
            created_at="2024-03-06T00:00:00Z",
            net_amount=300,
            platform_fee_amount=20,
            refunded_amount=50,
            modified_at="2024-04-01T00:00:00Z",
            subscription_id="nobody's",
        ),
        make_order(id="pending", created_at="2024-03-06T00:00:00Z", status="pending"),
    ]
    refunds = [
        {"id": "told", "order_id": "o", "amount": 1, "status": "succeeded"},
        {"id": "recorded", "order_id": "o", "amount": 2, "status": "succeeded"},
        {"id": "failed", "order_id": "o", "amount": 4, "status": "failed"},
    ]
    refunds = [
        {"created_at": "2024-03-07T00:00:00Z", "currency": "usd", **refund} for refund in refunds
    ]
    events = [
        _order_event("2024-03-05T00:00:00Z"),
        _event("balance.refund", "2024-04-07T00:00:00Z", order_id="o", refund_id="told", amount=-1),
    ]
    records = {"orders": orders, "refunds": refunds, "events": events}
    row = _month(records)
    assert _has(row, revenue=1300, net_revenue=1300 - 2 - 20 - 50, orders=2, one_time_products=1)
    # Nothing tells when the other one's subscription began: it is neither new nor renewed.
    assert _has(row, new_subscriptions_revenue=0, renewed_subscriptions=0)
    assert _has(_month(records, 4), net_revenue=-1)


def test_an_order_is_dated_by_the_earlier_event() -> None:
    """Of payment and balance; the better balance event tells its worth."""
    paid = _event("order.paid", "2024-02-29T00:00:00Z", order_id="o", applied_balance_amount=100)
    credit = _event(
        "balance.credit_order", "2024-03-09T00:00:00Z", order_id="o", amount=5, currency="usd"
    )
    order = _order_event("2024-03-05T00:00:00Z", net_amount=None, fee=30)
    rows = _rows({"events": [paid, credit, order]})
    february, march = rows[at("2024-02-01T00:00:00Z")], rows[MONTH]
    assert _has(february, orders=1, average_order_value=900, net_average_order_value=870)
    # Both count as revenue, and by their own dates (7.3).
    assert _has(march, orders=0, revenue=1005) and _has(february, revenue=0)


def test_averages_of_orders_are_rounded_up() -> None:
    """Also below zero."""
    events = [
        _order_event("2024-03-05T00:00:00Z", "one", net_amount=1, fee=4),
        _order_event("2024-03-05T00:00:00Z", "two", net_amount=2, fee=4),
    ]
    assert _has(_month({"events": events}), average_order_value=2, net_average_order_value=-2)


def test_a_life_is_told_by_its_events() -> None:
    """The newest cancellation counts unless it was taken back, and an early end is no new one."""
    created = _event(
        "subscription.created",
        "2024-03-02T00:00:00Z",
        subscription_id="s",
        started_at="2024-03-02T00:00:00Z",
    )

    def canceled(day: str, reason: str | None = None) -> dict:
        return _event(
            "subscription.canceled",
            f"{day}T00:00:00Z",
            subscription_id="s",
            canceled_at=f"{day}T00:00:00Z",
            ends_at="2024-06-02T00:00:00Z",
            customer_cancellation_reason=reason,
        )

    def rows(*events: dict) -> dict[datetime, MetricRow]:
        record = make_subscription(started_at="2024-01-01T00:00:00Z")
        return _rows({"subscriptions": [record], "events": [created, *events]})

    april = at("2024-04-01T00:00:00Z")
    found = rows(canceled("2024-03-10"), canceled("2024-04-10", "unused"))
    assert _has(found[MONTH], canceled_subscriptions=0, new_subscriptions=1)
    assert _has(found[april], canceled_subscriptions=1, canceled_subscriptions_unused=1)
    assert _has(rows(canceled("2024-04-10"))[april], canceled_subscriptions_other=1)
    uncanceled = _event("subscription.uncanceled", "2024-04-11T00:00:00Z", subscription_id="s")
    assert _has(rows(canceled("2024-04-10"), uncanceled)[april], canceled_subscriptions=0)
    again = canceled("2024-04-12")
    assert _has(rows(canceled("2024-04-10"), uncanceled, again)[april], canceled_subscriptions=1)
    revoked = _event("subscription.revoked", "2024-03-30T00:00:00Z", subscription_id="s")
    assert _has(rows(revoked)[MONTH], new_subscriptions=0)


def test_a_life_without_events_is_that_of_its_record() -> None:
    """New at its start and canceled when it says; its orders are new in the bucket of the start."""
    record = make_subscription(
        started_at="2024-03-02T00:00:00Z",
        canceled_at="2024-04-10T00:00:00Z",
        ends_at="2024-05-02T00:00:00Z",
        customer_cancellation_reason="too_complex",
    )
    orders = [
        make_order(id=day, created_at=f"{day}T00:00:00Z", net_amount=100, subscription_id="s")
        for day in ("2024-03-02", "2024-04-02")
    ]
    rows = _rows({"subscriptions": [record], "orders": orders})
    april = rows[at("2024-04-01T00:00:00Z")]
    assert _has(rows[MONTH], new_subscriptions=1, new_subscriptions_revenue=100)
    assert _has(april, canceled_subscriptions_too_complex=1, renewed_subscriptions_revenue=100)
    # On the day itself it is not canceled yet: the end of a request is exclusive for this.
    rows = _rows({"subscriptions": [record]}, as_of="2024-04-10T00:00:00Z")
    assert _has(rows[at("2024-04-01T00:00:00Z")], canceled_subscriptions=0)


def test_stocks_of_subscriptions() -> None:
    """What has no start was always there; a trial lasts through every period that it outlives."""
    subscriptions = [
        make_subscription(id="always", amount=100, started_at=None),
        make_subscription(id="trial", amount=10, trial_end="2024-04-01T00:00:00Z"),
        make_subscription(
            id="ending",
            amount=1200,
            recurring_interval="year",
            ends_at="2024-05-31T00:00:00Z",
            ended_at="2024-04-30T00:00:00Z",
        ),
        make_subscription(id="net", amount=7, net_amount=6, customer_id="other"),
    ]
    subscriptions = [
        {**one, "started_at": one["started_at"] and "2024-03-31T00:00:00Z"} for one in subscriptions
    ]
    rows = _rows({"subscriptions": subscriptions})
    assert _has(
        rows[MONTH],
        active_subscriptions=4,
        committed_subscriptions=3,
        monthly_recurring_revenue=100 + 100 + 6,
        trial_monthly_recurring_revenue=10,
        committed_monthly_recurring_revenue=106,
        trial_committed_monthly_recurring_revenue=10,
        annual_recurring_revenue=12 * 206,
        average_revenue_per_user=103,
        churned_subscriptions=0,
    )
    assert _has(
        rows[at("2024-04-01T00:00:00Z")],
        active_subscriptions=3,
        churned_subscriptions=1,
        monthly_recurring_revenue=116,
        trial_monthly_recurring_revenue=0,
    )


def test_rates_of_subscriptions() -> None:
    """The average of the payments of the period, else of the nearest day, else 1."""

    def paid(day: str, rate: float, currency: str = "EUR") -> dict:
        return _order_event(
            f"{day}T12:00:00Z", day, presentment_currency=currency, exchange_rate=rate
        )

    events = [
        paid("2024-03-05", 1.5),
        paid("2024-03-09", 2),
        # The nearest to May; that of August is nearer to September.
        paid("2024-04-20", 4),
        paid("2024-08-31", 8),
    ]
    record = make_subscription(amount=101, currency="eur", started_at="2024-03-01T00:00:00Z")
    rows = _rows({"subscriptions": [record], "events": events})
    found = [rows[datetime(2024, month, 1, tzinfo=UTC)] for month in (3, 4, 5, 9)]
    # 101 x 1.75 = 176.75
    assert [row["monthly_recurring_revenue"] for row in found] == [177, 404, 404, 808]
    unknown = make_subscription(amount=101, currency="gbp", started_at="2024-03-01T00:00:00Z")
    row = _month({"subscriptions": [unknown], "events": events})
    assert _has(row, monthly_recurring_revenue=101)


def test_churn_looks_back_thirty_local_days() -> None:
    """Canceled in them, of those that were there before; a year looks at itself."""
    subscriptions = [
        make_subscription(
            id=str(number),
            started_at="2024-01-01T00:00:00Z",
            canceled_at=canceled_at,
            ends_at=canceled_at and "2024-04-20T00:00:00Z",
        )
        for number, canceled_at in enumerate(
            ["2024-03-02T00:00:00Z", "2024-03-01T23:59:59Z", "2024-03-31T23:59:59Z", None]
        )
    ]
    rows = _rows({"subscriptions": subscriptions})
    assert rows[at("2024-04-01T00:00:00Z")]["churn_rate"] == Decimal("0.5")
    assert rows[MONTH]["churn_rate"] == 0
    year = _rows({"subscriptions": subscriptions}, interval="year")[at("2024-01-01T00:00:00Z")]
    assert year["churn_rate"] == Decimal("0.75")


def test_checkouts_count_when_they_are_opened() -> None:
    """Those of before the change of 2026 also when they never were."""
    checkouts = [
        {"id": "old", "created_at": "2024-03-01T00:00:00Z", "status": "expired"},
        {
            "id": "opened",
            "created_at": "2024-02-01T00:00:00Z",
            "status": "succeeded",
            "analytics_metadata": {"opened_at": "2024-03-02T00:00:00Z"},
        },
        {"id": "new", "created_at": "2026-01-22T12:13:00Z", "status": "succeeded"},
    ]
    rows = _rows({"checkouts": checkouts}, as_of="2026-02-01T00:00:00Z")
    half = Decimal("0.5")
    assert _has(rows[MONTH], checkouts=2, succeeded_checkouts=1, checkouts_conversion=half)
    assert sum(row["checkouts"] for row in rows.values()) == 2
    assert _has(_month({"subscriptions": [make_subscription(started_at=None)]}, 12), checkouts=None)


def test_seats_belong_to_who_pays() -> None:
    """A payer is new with the first seat and gone with the last."""
    seats = [
        {
            "subscription_id": "s",
            "created_at": "2024-02-01T00:00:00Z",
            "status": "revoked",
            "claimed_at": "2024-03-01T00:00:00Z",
            "revoked_at": "2024-04-01T00:00:00Z",
        },
        {
            "order_id": "o",
            "created_at": "2024-03-01T00:00:00Z",
            "status": "revoked",
            "revoked_at": "2024-05-01T00:00:00Z",
        },
    ]
    records = {
        "customer_seats": [{"id": str(number), **seat} for number, seat in enumerate(seats)],
        "subscriptions": [make_subscription()],
        "orders": [make_order(created_at="2024-01-01T00:00:00Z")],
    }
    rows = _rows(records)
    months = [rows[datetime(2024, month, 1, tzinfo=UTC)] for month in (2, 3, 4, 5)]
    found = {
        slug: [row[slug] for row in months]
        for slug in ("seats_total", "seats_claimed", "new_seat_customers", "churned_seat_customers")
    }
    assert found == {
        "seats_total": [1, 2, 1, 0],
        "seats_claimed": [0, 1, 0, 0],
        "new_seat_customers": [1, 0, 0, 0],
        "churned_seat_customers": [0, 0, 0, 1],
    }


def test_people_are_counted_once_beside_their_ids() -> None:
    """Polar counts both ids of a person, and system events too."""
    moment = "2024-03-05T00:00:00Z"
    used = {"name": "call", "timestamp": moment, "metadata": {}}
    records = {
        "customers": [{"id": "c", "external_id": "x"}],
        "events": [
            {**used, "id": "1", "customer_id": "c"},
            {**used, "id": "2", "external_customer_id": "x"},
            {**used, "id": "3", "external_customer_id": "y"},
            {**used, "id": "4"},
            _event("customer.created", moment),
        ],
    }
    costs = [Decimal("0.000000000001"), Decimal("99999.999999999999")]
    for event, cost in zip(records["events"], costs, strict=False):
        event["metadata"] = {"_cost": {"amount": str(cost), "currency": "usd"}}
    row = _month(records)
    assert _has(row, active_user_by_event=3, active_customers=2, costs=Decimal(100000))
    assert row["cost_per_user"] == Decimal("33333.333333333333")
    assert _has(row, gross_margin=Decimal(-100000), gross_margin_percentage=0, cashflow=-100000)


def test_nothing_landed_is_one_period_of_zeros() -> None:
    """That of the clock."""
    [(start, row)] = _rows({}).items()
    assert start == at("2024-12-01T00:00:00Z")
    assert set(row.values()) == {0, None}
