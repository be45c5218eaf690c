"""The oracle's credits and metered charges, on worked examples and cases worked out by hand."""

import json
from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Any

import pytest
from goldens_credits import (
    CASES,
    EVERYTHING,
    LATE,
    MADE,
    SUM,
    at,
    find_anchor,
    golden_records,
    make_order,
    make_subscription,
    make_usage,
)
from goldens_stories import Case
from oracle_charges import metered_amount
from oracle_credit_records import Price, Subscription, read_units
from oracle_credit_rows import Answer, ask_credits, credit_rows
from oracle_credits import Window, add_credits, find_rollover
from oracle_periods import find_periods, step_from
from oracle_values import EXACT, MISSING, LandedFile, RejectError, Settings, round_to
from worlds import LAST_DAY
from worlds_credits import DEFINITIONS, CreditWorld


def _answer(
    records: Mapping[str, Iterable[dict]],
    as_of: str = LATE,
    definitions: Iterable[Mapping[str, str]] = (),
    zone: str = "UTC",
) -> Answer:
    """Ask about records by entity; what they all need is added."""
    files = [
        LandedFile(
            "polar",
            entity,
            f"{entity}.ndjson",
            at(LATE) + timedelta(seconds=number),
            "".join(
                json.dumps({"created_at": MADE, **record}) + "\n" for record in listed
            ).encode(),
        )
        for number, (entity, listed) in enumerate(records.items())
    ]
    settings = Settings(as_of=at(as_of), reporting_timezone=zone)
    return ask_credits(files, settings, definitions)


def _cases(*areas: str) -> list[Any]:
    return [pytest.param(case, id=case["id"]) for case in CASES if case["area"] in areas]


# Worked examples


@pytest.mark.parametrize("case", _cases("customer_meter", "credit_rollover"))
def test_golden_balance(case: Case) -> None:
    """Events alone make the balance; the cutoff of a rollover is the time at which it is asked."""
    answer = _answer(*golden_records(case))
    row = answer.credits.credit_balances[case["query"]["customer_id"], "meter_1"]
    row["balance"] = row["balance_units"]
    assert {name: row[name] for name in case["polar"]} == case["polar"]


@pytest.mark.parametrize("case", _cases("credit_benefit"))
def test_golden_benefit(case: Case) -> None:
    """Grants make the same credits as Polar's tasks do."""
    answer = _answer(*golden_records(case))
    windows = answer.credits.windows["c", "meter_1"]
    row = answer.credits.credit_balances["c", "meter_1"]
    row["balance"] = row["balance_units"]
    row["credit_events"] = [credit.units for window in windows for credit in window.credits]
    last = [("meter.reset",)] + [
        ("meter.credited", str(credit.units), f"rollover={str(credit.is_rolled_over).lower()}")
        for credit in windows[-1].credits
    ]
    row["emitted_on_cycle"] = [" ".join(words) for words in last]
    assert {name: row[name] for name in case["polar"]} == case["polar"]


@pytest.mark.parametrize("case", _cases("metered_billing"))
def test_golden_billing(case: Case) -> None:
    """The last period's lines and what counts in them."""
    expected = case["polar"] if case["applies"] else case["here"]
    charges = _answer(*golden_records(case)).charges
    last = max((key[2] for key in charges.metered_charges), default=None)
    lines = [
        {"product_price_id": key[1], "amount": row["minor_amount"]}
        for key, row in charges.metered_charges.items()
        if key[2] == last and row["minor_amount"]
    ]
    if "charged" in expected:
        assert lines == [] and charges.metered_charges
        return
    assert lines == expected["order_items"]
    entries = {entry["id"] for entry in case["billing_entries"]}
    billed = _entries(charges, last) & entries
    # What resets and other system events would be entries of has no units.
    with_units = {
        entry["id"]
        for entry in case["billing_entries"]
        if entry.get("event", {}).get("name") in ("event", "meter.credited")
    }
    assert billed == set(expected.get("billed_entry_ids", [])) & with_units


def _entries(charges: Any, start: datetime | None = None) -> set[str]:
    """Return the ids of the events that count in a period, or in any."""
    found = set()
    for key, line in charges._lines.items():
        if start is None or key[2] == start:
            found |= {one.event.event_id for one in line.usage}
            found |= {credit.event_id for credit in line.credits}
    return found


@pytest.mark.parametrize("case", _cases("billing_entry_creation"))
def test_golden_entries(case: Case) -> None:
    """Who pays for which events."""
    charges = _answer(*golden_records(case)).charges
    entries = _entries(charges)
    assert len(entries) == case["polar"]["entries"]
    if "entry_event_ids" in case["polar"]:
        assert entries == set(case["polar"]["entry_event_ids"])
    if "entry_customer_id" in case["polar"]:
        [key] = charges._lines
        assert key[0] == case["polar"]["entry_subscription_id"]
        assert charges.metered_charges[key]["customer_id"] == case["polar"]["entry_customer_id"]


@pytest.mark.parametrize("case", _cases("metered_price"))
def test_golden_price(case: Case) -> None:
    """One rounding, after the multiplication, then the cap."""
    price = _price(case["unit_amount"], case["cap_amount"])
    amount, is_capped = metered_amount(price, Decimal(str(case["query"]["units"])))
    assert amount == case["polar"]["amount"]
    assert is_capped == (case["cap_amount"] == amount)


def _price(unit_amount: str, cap_amount: int | None) -> Price:
    return Price("p1", "m", Decimal(unit_amount), cap_amount, "usd", None)


@pytest.mark.parametrize("case", _cases("rounding"))
def test_golden_rounding(case: Case) -> None:
    """Half away from zero."""
    assert round_to(Decimal(str(case["value"])), 0) == case["polar"]["rounded"]


@pytest.mark.parametrize("case", _cases("subscription_period"))
def test_golden_period(case: Case) -> None:
    """Steps keep the day of the anchor; a trial's end is an anchor of its own."""
    expected = case["polar"]
    if "trial_start" in case:
        subscription = _started(case["trial_start"], trial_end=at(case["trial_end"]))
        second = find_periods(subscription, at(case["trial_end"]))[1]
        assert second.start == at(expected["current_period_start"])
        assert second.end == at(expected["current_period_end"])
        return
    if "period_starts" in expected:
        count = case["query"]["periods"]
        periods = find_periods(_started(case["current_period_start"]), at(LATE))[:count]
        assert [f"{period.start:%F}" for period in periods] == expected["period_starts"]
        assert [f"{period.end:%F}" for period in periods] == expected["period_ends"]
        return
    anchor, steps = find_anchor(case)
    interval = case["interval"]
    assert step_from(anchor, interval, steps + case["count"]) == at(expected["next"])


def _started(first_start: str, **change: object) -> Subscription:
    fields = {
        "subscription_id": "s",
        "customer_id": "c",
        "status": "active",
        "started_at": at(first_start),
        "trial_end": None,
        "current_period_start": None,
        "end": None,
        "paused_at": None,
        "interval": "month",
        "interval_count": 1,
        "has_meter_interval": False,
        "prices": (),
        "benefits": (),
    }
    return Subscription(**{**fields, **change})


# Units and sums


@pytest.mark.parametrize(
    ("given", "units"),
    [
        (5, 5),
        (-5, -5),
        (0, 0),
        (Decimal("5.0"), 5),
        (Decimal("1e3"), 1000),
        (999999999999999999, 999999999999999999),
        (10**18, None),
        (Decimal("1e400"), None),
        (Decimal("5.5"), None),
        ("5", None),
        (True, None),
        (None, None),
        (MISSING, None),
    ],
)
def test_units(given: object, units: int | None) -> None:
    """Whole numbers of 18 digits at most."""
    if units is not None:
        assert read_units(given) == units
        return
    with pytest.raises(RejectError):
        read_units(given)


def test_running_sum() -> None:
    """Never below zero."""
    assert add_credits([]) == 0
    assert add_credits([100, -150, 50]) == 50
    assert add_credits([-10, 5, -3]) == 2


# Windows and the ledger

METERS = [
    {"id": "m", "filter": EVERYTHING, "aggregation": SUM},
    {"id": "largest", "filter": EVERYTHING, "aggregation": {**SUM, "func": "max"}},
]


def _system(name: str, ingested_at: str, **change: object) -> dict:
    timestamp = change.pop("timestamp", ingested_at)
    metadata = {"meter_id": "m", **change}
    return {
        **make_usage(ingested_at),
        "id": f"{name} {ingested_at} {timestamp} {change}",
        "name": f"meter.{name}",
        "source": "system",
        "timestamp": timestamp,
        "metadata": metadata,
    }


def _ledger(answer: Answer, meter_id: str = "m") -> list[tuple]:
    return [
        (row["movement_kind"], int(row["units"]), int(row["balance_units_after"]))
        for row in answer.credits.credit_movements["c", meter_id]
    ]


def _day(number: int, hour: int = 0) -> str:
    return f"2026-03-{number:02}T{hour:02}:00:00Z"


def test_windows_and_ledger() -> None:
    """Windows go by when things are received, the ledger's times by their timestamps."""
    answer = _answer(
        {
            "meters": METERS,
            "events": [
                _system("credited", _day(1), units=100, rollover=True),
                make_usage(_day(2), 30),
                make_usage(_day(2, 5), 10),
                # Taken back more than there is, for the first window though dated in the second.
                _system("credited", _day(9), units=-500, timestamp=_day(12)),
                _system("credited", _day(9, 1), units=50, rollover=True, timestamp=_day(13)),
                _system("reset", _day(10, 2), timestamp=_day(10)),
                # At the reset, hence after it; and dated before it, but received after.
                make_usage(_day(10), 7),
                make_usage(_day(11), 4, timestamp=_day(3)),
                _system("credited", _day(10, 2), units=5, rollover=True, timestamp=_day(10)),
                _system("credited", _day(11, 3), units=20, timestamp=_day(4)),
            ],
        },
        as_of=_day(11, 12),
    )
    assert _ledger(answer) == [
        ("credit", 100, 100),
        ("consumption", -40, 60),
        # Both at the end of their window.
        ("revocation", -100, -40),
        ("credit", 50, 10),
        ("reset", -10, 0),
        # Dated before the reset: moved to it, and first, so that the other one is no rollover.
        ("credit", 20, 20),
        ("credit", 5, 25),
        ("consumption", -7, 18),
        ("consumption", -4, 14),
    ]
    movements = answer.credits.credit_movements["c", "m"]
    assert [row["occurred_at"] for row in movements][1:6] == [
        at(text) for text in (_day(2, 5), _day(10), _day(10), _day(10), _day(10))
    ]
    assert answer.credits.credit_balances["c", "m"] == {
        "consumed_units": 11,
        "credited_units": 25,
        "balance_units": 14,
        "rollover_units": 5,
        "last_reset_at": at(_day(10)),
    }
    assert answer.credits.credit_balances_daily == {
        ("c", "m", date(2026, 3, 1)): 100,
        ("c", "m", date(2026, 3, 2)): 60,
        ("c", "m", date(2026, 3, 10)): 18,
        ("c", "m", date(2026, 3, 11)): 14,
        ("c", "largest", date(2026, 3, 2)): -30,
        ("c", "largest", date(2026, 3, 10)): -30,
        ("c", "largest", date(2026, 3, 11)): -30,
    }
    # Nothing is credited there, and a day that raises nothing has a movement too.
    assert _ledger(answer, "largest") == [
        ("consumption", -30, -30),
        ("consumption", 0, -30),
        ("consumption", 0, -30),
    ]


@pytest.mark.parametrize(
    ("units", "flag", "kind"),
    [(60, True, "rollover"), (61, True, "credit"), (60, False, "credit"), (0, True, "credit")],
)
def test_rollover_of_event(units: int, flag: bool, kind: str) -> None:
    """A credit after a reset carries over what was left, if so much was left and could be."""
    events = [
        _system("credited", _day(1), units=90, rollover=True),
        _system("credited", _day(1, 1), units=10, rollover=False),
        make_usage(_day(2), 39.5),
        _system("reset", _day(3)),
        _system("credited", _day(3), units=units, rollover=flag),
        _system("credited", _day(3, 1), units=units, rollover=flag),
    ]
    movements = _answer({"meters": METERS, "events": events}).credits.credit_movements["c", "m"]
    kinds = [row["movement_kind"] for row in movements if row["occurred_at"] >= at(_day(3))]
    assert kinds == ["reset", kind, "credit"]
    assert {row["movement_source"] for row in movements} == {"event"}


def test_cutoff() -> None:
    """What is dated at the reset or later does not count for what outlives it."""
    answer = _answer(
        {
            "meters": METERS,
            "events": [
                _system("credited", _day(1), units=10, rollover=True),
                _system("credited", _day(2), units=5, rollover=True, timestamp=_day(5)),
                make_usage(_day(2), 3),
                make_usage(_day(2, 1), 4, timestamp=_day(5)),
            ],
        }
    )
    [window] = answer.credits.windows["c", "m"]
    meter = answer.credits.meters["m"]
    assert find_rollover(meter, window, at(_day(5))) == 7
    assert find_rollover(meter, window, at(_day(5, 1))) == 8
    assert find_rollover(meter, Window(None, None), at(_day(5))) == 0


def test_what_has_no_balance() -> None:
    """Unknown and bad meters, people who are nobody, units of no number, what is too late."""
    bad = {"id": "bad", "filter": None, "aggregation": SUM}
    archived = {**METERS[0], "id": "old", "archived_at": _day(5)}
    answer = _answer(
        {
            "meters": [METERS[0], bad, archived],
            "events": [
                _system("credited", _day(1), units=1, meter_id="unknown"),
                _system("credited", _day(1), units=1, meter_id="bad"),
                _system("credited", _day(1), units=1, meter_id=None),
                _system("credited", _day(1), units=1) | {"customer_id": None},
                _system("credited", _day(1), units=1, tokens=1) | {"source": "user"},
                _system("credited", _day(1), units=0.5) | {"customer_id": "half"},
                _system("credited", _day(5), units=2, meter_id="old") | {"customer_id": "d"},
                _system("credited", _day(5, 1), units=2, meter_id="old") | {"customer_id": "d"},
                _system("reset", _day(6), meter_id="old") | {"customer_id": "d"},
                _system("reset", _day(9)) | {"customer_id": "late"},
            ],
        },
        as_of=_day(8),
    )
    balances = answer.credits.credit_balances
    # A user may name an event as the system does.
    assert set(balances) == {("c", "m"), ("c", "old"), ("d", "old")}
    assert balances["c", "m"]["credited_units"] == 0
    assert balances["d", "old"]["credited_units"] == 2
    assert balances["d", "old"]["last_reset_at"] is None
    [rejected] = credit_rows(answer)["rejected_values"]
    assert (rejected["definition_id"], rejected["reject_reason"]) == ("m", "unreadable_units")


def test_local_days() -> None:
    """Consumption has a row for each local day of receipt."""
    events = [make_usage(_day(2, 7), 1), make_usage(_day(2, 9), 2), make_usage(_day(3, 1), 4)]
    answer = _answer({"meters": METERS, "events": events}, zone="America/Los_Angeles")
    assert _ledger(answer) == [("consumption", -1, -1), ("consumption", -6, -7)]


# Periods


def _starts(subscription: Subscription, as_of: str = LATE) -> list[str]:
    periods = find_periods(subscription, at(as_of))
    for period, following in pairwise(periods):
        assert period.end == following.start
    return [f"{period.start:%m-%d}" for period in periods] + [
        f"{period.end:%m-%d}" + " cut" * period.is_cut for period in periods[-1:]
    ]


@pytest.mark.parametrize(
    ("change", "found"),
    [
        ({}, ["01-31", "02-28", "03-31", "04-30"]),
        ({"interval_count": 2}, ["01-31", "03-31", "05-31"]),
        ({"interval": "year"}, ["01-31", "01-31"]),
        ({"interval": "week", "interval_count": 5}, ["01-31", "03-07", "04-11"]),
        ({"trial_end": "2026-02-14"}, ["01-31", "02-14", "03-14", "04-14"]),
        ({"trial_end": "2026-01-31"}, ["01-31", "02-28", "03-31", "04-30"]),
        ({"current_period_start": "2026-03-31"}, ["01-31", "02-28", "03-31", "04-30"]),
        ({"current_period_start": "2026-03-05"}, ["01-31", "02-28", "03-05", "04-05", "05-05"]),
        ({"current_period_start": "2026-01-01"}, ["01-31", "02-28", "03-31", "04-30"]),
        (
            {"trial_end": "2026-02-14", "current_period_start": "2026-02-20"},
            ["01-31", "02-14", "02-20", "03-20", "04-20"],
        ),
        ({"end": "2026-03-31"}, ["01-31", "02-28", "03-31"]),
        ({"end": "2026-03-30"}, ["01-31", "02-28", "03-30 cut"]),
        ({"end": "2026-01-31"}, []),
        ({"end": "2026-04-20"}, ["01-31", "02-28", "03-31", "04-20 cut"]),
        ({"end": "2026-02-14", "trial_end": "2026-02-14"}, ["01-31", "02-14"]),
        ({"paused_at": "2026-03-31"}, ["01-31", "02-28", "03-31"]),
        ({"paused_at": "2026-03-30"}, ["01-31", "02-28", "03-31"]),
    ],
)
def test_periods(change: dict, found: list[str]) -> None:
    """From a 31st, asked at the tenth of April."""
    times = ("started_at", "trial_end", "current_period_start", "end", "paused_at")
    fields = {
        name: at(f"{value}T00:00:00Z") if name in times and value else value
        for name, value in change.items()
    }
    subscription = _started("2026-01-31T00:00:00Z", **fields)
    assert _starts(subscription, "2026-04-10T00:00:00Z") == found


def test_leap_years() -> None:
    """The 29th of February comes back."""
    yearly = _started("2024-02-29T10:00:00Z", interval="year")
    periods = find_periods(yearly, at("2028-03-01T00:00:00Z"))
    assert [f"{period.start:%F}" for period in periods] == [
        "2024-02-29",
        "2025-02-28",
        "2026-02-28",
        "2027-02-28",
        "2028-02-29",
    ]


def test_start_at_as_of() -> None:
    """A period that starts at the clock's time has started; without a start there are none."""
    assert find_periods(_started(_day(1), started_at=None), at(LATE)) == []
    assert len(find_periods(_started(_day(1)), at("2026-04-01T00:00:00Z"))) == 2


# Derived credits


def _benefit(benefit_id: str = "b", units: object = 100, *, rollover: bool = False) -> dict:
    properties = {"meter_id": "m", "units": units, "rollover": rollover}
    return {
        "id": benefit_id,
        "created_at": MADE,
        "type": "meter_credit",
        "properties": properties,
    }


def _product(*benefits: dict, **change: object) -> dict:
    return {
        "id": "p",
        "name": "Product",
        "is_recurring": True,
        "recurring_interval": "month",
        "benefits": list(benefits),
        **change,
    }


def _grant(grant_id: str = "g", **change: object) -> dict:
    fine = {"id": grant_id, "benefit_id": "b", "customer_id": "c", "subscription_id": "s"}
    return {**fine, "granted_at": _day(1), **change}


def test_recurring_credits() -> None:
    """Reset, rollover, credit at every start; at the end the last credit is taken back."""
    answer = _answer(
        {
            "meters": METERS,
            "products": [_product(_benefit(rollover=True), _benefit("a", 10))],
            "subscriptions": [make_subscription(ends_at="2026-05-10T00:00:00Z")],
            "events": [make_usage(_day(2), 30), make_usage("2026-04-01T00:00:00Z", 250)],
        },
        as_of="2026-05-10T00:00:00Z",
    )
    assert _ledger(answer) == [
        ("reset", 0, 0),
        ("credit", 10, 10),
        ("credit", 100, 110),
        ("consumption", -30, 80),
        ("reset", -80, 0),
        ("rollover", 80, 80),
        ("credit", 10, 90),
        ("credit", 100, 190),
        # Received at the reset.
        ("consumption", -250, -60),
        ("reset", 60, 0),
        ("credit", 10, 10),
        ("credit", 100, 110),
        ("revocation", -10, 100),
        ("revocation", -100, 0),
    ]
    movements = answer.credits.credit_movements["c", "m"]
    assert {row["movement_source"] for row in movements} == {"derived", "event"}


def test_events_beat_records() -> None:
    """One event of credits, and nothing of that customer and meter is derived; as of then."""
    records = {
        "meters": METERS,
        "products": [_product(_benefit())],
        "subscriptions": [make_subscription(), make_subscription(id="s2", customer_id="c2")],
        "events": [_system("credited", _day(5), units=3)],
    }
    balances = _answer(records).credits.credit_balances
    assert balances["c", "m"]["credited_units"] == 3
    assert balances["c", "m"]["last_reset_at"] is None
    assert balances["c2", "m"]["credited_units"] == 100
    before = _answer(records, as_of=_day(4)).credits.credit_balances
    assert before["c", "m"]["credited_units"] == 100


def test_trial_and_pause() -> None:
    """A trial is a period, and nothing starts while a subscription is paused."""
    answer = _answer(
        {
            "meters": METERS,
            "products": [_product(_benefit())],
            "subscriptions": [
                make_subscription(
                    trial_end=_day(8), status="paused", paused_at="2026-05-01T00:00:00Z"
                )
            ],
        }
    )
    resets = [
        f"{row['occurred_at']:%m-%d}"
        for row in answer.credits.credit_movements["c", "m"]
        if row["movement_kind"] == "reset"
    ]
    assert resets == ["03-01", "03-08", "04-08"]


def test_grants() -> None:
    """Grants say who held what and when, whatever the product has now."""
    answer = _answer(
        {
            "meters": METERS,
            "products": [_product(_benefit("other", 7))],
            "benefits": [_benefit()],
            "subscriptions": [make_subscription()],
            "benefit_grants": [
                _grant(granted_at=_day(5), is_revoked=True, revoked_at="2026-04-20T00:00:00Z"),
                _grant("seat", customer_id="holder", granted_at=_day(1)),
                _grant("unknown", benefit_id="unknown"),
                _grant("none", granted_at=_day(9), is_revoked=True, revoked_at=_day(9)),
            ],
        },
        as_of="2026-05-02T00:00:00Z",
    )
    assert _ledger(answer) == [
        ("credit", 100, 100),
        ("reset", -100, 0),
        ("credit", 100, 100),
        ("revocation", -100, 0),
    ]
    # From grants, so that the first credit is not after a reset.
    kinds = [row["movement_kind"] for row in answer.credits.credit_movements["holder", "m"]]
    assert kinds == ["credit", "reset", "credit", "reset", "credit"]


def test_benefit_held_twice() -> None:
    """What ends while the same benefit is held otherwise takes nothing back."""
    answer = _answer(
        {
            "meters": METERS,
            "products": [_product(_benefit())],
            "subscriptions": [
                make_subscription(ended_at=_day(20)),
                make_subscription(id="s2", started_at=_day(20), ended_at=_day(25)),
            ],
        }
    )
    assert _ledger(answer) == [
        ("reset", 0, 0),
        ("credit", 100, 100),
        ("reset", -100, 0),
        ("credit", 100, 100),
        ("revocation", -100, 0),
    ]


def test_one_time_orders() -> None:
    """Paid and of a product that does not recur; its grant alone ends it."""
    once = _product(_benefit(), id="once", is_recurring=False, recurring_interval=None)
    definitions = [
        {"product_id": "once", "meter_id": "m", "units": "7", "rollover": "true"},
        {"product_id": "once", "meter_id": "m", "units": "0.5", "rollover": ""},
    ]
    answer = _answer(
        {
            "meters": METERS,
            "products": [_product(_benefit("never")), once],
            "benefits": [_benefit("granted", 50), _benefit("broken", "1")],
            "orders": [
                make_order(id="o1", created_at=_day(1)),
                make_order(id="o2", created_at=_day(2), status="pending"),
                make_order(id="o3", created_at=_day(2), paid=False),
                make_order(id="o4", created_at=_day(2), product_id="p"),
                make_order(id="o5", created_at=_day(2), subscription_id="s"),
                make_order(id="o6", created_at=_day(3), status="refunded"),
            ],
            "benefit_grants": [
                _grant(
                    benefit_id="granted",
                    subscription_id=None,
                    order_id="o6",
                    granted_at=_day(4),
                    is_revoked=True,
                    revoked_at=_day(6),
                ),
            ],
        },
        definitions=definitions,
    )
    assert _ledger(answer) == [
        ("credit", 100, 100),
        ("credit", 7, 107),
        ("credit", 50, 157),
        ("revocation", -50, 107),
    ]
    rejected = credit_rows(answer)["rejected_definitions"]
    assert [row["definition_id"] for row in rejected] == ["broken", "once:m"]


def test_embedded_benefits() -> None:
    """A product that is known from the subscription alone; its own record comes first."""
    embedded = make_subscription(product=_product(_benefit()))
    records = {"meters": METERS, "subscriptions": [embedded]}
    found = _answer(records).credits.credit_balances["c", "m"]
    assert found["credited_units"] == 100
    records["products"] = [_product(_benefit("b2", 1), _benefit("b3", 2))]
    records["benefits"] = [_benefit("b3", 20)]
    found = _answer(records).credits.credit_balances["c", "m"]
    assert found["credited_units"] == 21


def test_archived_meter() -> None:
    """Nothing is derived after it was archived."""
    answer = _answer(
        {
            "meters": [{**METERS[0], "archived_at": "2026-04-01T00:00:00Z"}],
            "products": [_product(_benefit())],
            "subscriptions": [make_subscription(ended_at="2026-06-01T00:00:00Z")],
        }
    )
    kinds = [row["movement_kind"] for row in answer.credits.credit_movements["c", "m"]]
    assert kinds == ["reset", "credit", "reset", "credit"]


# Metered charges


def _metered(price_id: str = "p1", unit_amount: str = "10", **change: object) -> dict:
    return {
        "id": price_id,
        "created_at": MADE,
        "amount_type": "metered_unit",
        "meter_id": "m",
        "unit_amount": unit_amount,
        "cap_amount": None,
        "price_currency": "usd",
        **change,
    }


def _charged(answer: Answer, subscription_id: str = "s") -> list[int]:
    return [
        row["minor_amount"]
        for key, row in answer.charges.metered_charges.items()
        if key[0] == subscription_id
    ]


def test_charges() -> None:
    """By when it is received, after credits, under the cap, in major units."""
    answer = _answer(
        {
            "meters": METERS,
            "subscriptions": [make_subscription(prices=[_metered(cap_amount=600)])],
            "events": [
                make_usage(_day(1), 5),
                make_usage(_day(5), 8),
                make_usage("2026-04-01T00:00:00Z", 1, timestamp=_day(30)),
                make_usage("2026-04-01T00:00:00Z", 100),
                make_usage("2026-04-02T00:00:00Z", 1, timestamp=_day(30)),
                _system("credited", _day(9), units=3),
                _system("credited", _day(8), units=-9, timestamp=_day(10)),
            ],
        },
        as_of="2026-04-15T00:00:00Z",
    )
    [march, april] = answer.charges.metered_charges.values()
    assert (march["consumed_units"], march["credited_units"], march["billable_units"]) == (
        14,
        3,
        11,
    )
    assert march["native_amount"] == march["charge_amount"] == Decimal("1.10")
    assert not march["is_capped"] and not march["is_open"]
    assert (april["consumed_units"], april["minor_amount"]) == (101, 600)
    assert april["is_capped"] and april["is_open"]


def test_currency() -> None:
    """Minor units are the currency's own; converted when the period ends, or as of now."""
    answer = _answer(
        {
            "meters": METERS,
            "subscriptions": [make_subscription(prices=[_metered(price_currency="JPY")])],
            "events": [make_usage(_day(2), 5)],
        },
        as_of=_day(3),
    )
    [row] = answer.charges.metered_charges.values()
    assert (row["native_amount"], row["native_currency"]) == (50, "jpy")
    assert row["charge_amount"] is None


def test_never_charged() -> None:
    """In the trial, and before the meter or the price was made."""
    price = _metered(created_at=_day(20))
    records = {
        "meters": [{**METERS[0], "created_at": _day(10)}],
        "subscriptions": [make_subscription(trial_end=_day(5), prices=[price])],
        "events": [make_usage(_day(day), day) for day in (4, 9, 15, 20)],
    }
    assert _charged(_answer(records, as_of=_day(25))) == [0, 200]
    # Where nothing adds up, the newest price counts for all of the period.
    records["meters"][0]["aggregation"] = {**SUM, "func": "unique"}
    records["subscriptions"][0]["prices"] = [price, _metered("p0", created_at=_day(6))]
    assert _charged(_answer(records, as_of=_day(25))) == [0, 20]


def test_payers() -> None:
    """The subscription that started first, then the seat that was claimed first, then nobody."""
    seat = {"id": "x", "subscription_id": "other", "customer_id": "c", "claimed_at": _day(1)}
    price = [_metered(unit_amount="1")]
    records = {
        "meters": METERS,
        "subscriptions": [
            make_subscription(id="b", started_at=_day(4), ended_at=_day(20), prices=price),
            make_subscription(id="a", started_at=_day(5), ended_at=_day(22), prices=price),
            make_subscription(id="without", started_at=_day(1)),
            make_subscription(id="other", customer_id="d", prices=price),
            make_subscription(id="later", customer_id="e", prices=price),
            make_subscription(id="never", customer_id="f", status="incomplete", prices=price),
        ],
        "customer_seats": [
            {**seat, "id": "1", "subscription_id": "never", "claimed_at": MADE},
            {**seat, "id": "2", "subscription_id": "later", "claimed_at": _day(2)},
            {**seat, "revoked_at": _day(25)},
        ],
        "events": [
            make_usage(_day(3), 1),
            make_usage(_day(4), 10),
            make_usage(_day(20), 100),
            make_usage(_day(22), 1000),
            make_usage(_day(25), 10000),
            make_usage(_day(25), 7, customer_id="g"),
            # The credits of who holds a seat are not the owner's.
            _system("credited", _day(23), units=5),
        ],
    }
    charges = _answer(records, as_of=_day(28)).charges
    billed = {
        key[0]: sum(one.quantity for one in line.usage) for key, line in charges._lines.items()
    }
    assert billed == {"other": 1001, "b": 10, "a": 100, "later": 10000}
    # Ended on no boundary: no order was made.
    charged = {key[0] for key in charges.metered_charges}
    assert charged == {"other", "later", "never"}


@pytest.mark.parametrize(
    ("change", "amounts"),
    [
        ({"ended_at": "2026-04-01T00:00:00Z"}, [10]),
        ({"ended_at": "2026-04-02T00:00:00Z"}, [10]),
        ({"ended_at": "2026-04-02T00:00:00Z", "product": _product(meter_interval="week")}, None),
        ({"status": "paused", "paused_at": "2026-04-01T00:00:00Z"}, [10]),
        ({"status": "unpaid", "current_period_start": "2026-04-01T00:00:00Z"}, [10, 0]),
        ({"status": "past_due"}, [10, 100]),
    ],
)
def test_ends(change: dict, amounts: list[int] | None) -> None:
    """What is charged for one unit at the start and ten on the first of April."""
    answer = _answer(
        {
            "meters": METERS,
            "subscriptions": [make_subscription(prices=[_metered()], **change)],
            "events": [make_usage(_day(1), 1), make_usage("2026-04-01T00:00:00Z", 10)],
        },
        as_of="2026-04-20T00:00:00Z",
    )
    # By weeks the last one is charged, though it is cut.
    assert _charged(answer) == (amounts or [10, 0, 0, 0, 100])


def test_derived_credits_lower_charges() -> None:
    """With what was rolled over; those of the trial do not count."""
    answer = _answer(
        {
            "meters": METERS,
            "products": [_product(_benefit(rollover=True))],
            "subscriptions": [make_subscription(trial_end=_day(8), prices=[_metered()])],
            "events": [make_usage(_day(2), 60), make_usage(_day(9), 150), make_usage(_day(10), 1)],
        },
        as_of=_day(12),
    )
    rows = list(answer.charges.metered_charges.values())
    assert [row["credited_units"] for row in rows] == [0, 140]
    assert [row["billable_units"] for row in rows] == [0, 11]


def test_prices_of_the_product() -> None:
    """Where the subscription's record has none at all; an empty list is none."""
    subscription = make_subscription(product=_product(prices=[_metered()]))
    records = {
        "meters": METERS,
        "subscriptions": [{**subscription, "prices": None}, {**subscription, "id": "s2"}],
    }
    answer = _answer(records, as_of=_day(3))
    assert [key[0] for key in answer.charges.metered_charges] == ["s"]
    # A reset of what is metered is a balance.
    assert answer.credits.credit_balances["c", "m"]["last_reset_at"] == at(_day(1))


# Random worlds


def _land(world: CreditWorld, part_count: int) -> list[LandedFile]:
    files = []
    for part in world.files(part_count):
        for name, content in sorted(part.items()):
            source, entity, _ = name.split("/")
            loaded_at = LAST_DAY + timedelta(seconds=len(files))
            files.append(LandedFile(source, entity, f"{name} {len(files)}", loaded_at, content))
    return files


def _ask(files: list[LandedFile], as_of: datetime) -> Answer:
    settings = Settings(as_of=as_of, reporting_timezone="Asia/Kolkata")
    return ask_credits(files, settings, DEFINITIONS)


@pytest.mark.parametrize("seed", range(4))
def test_laws(seed: int) -> None:
    """What holds in every world at any time."""
    world = CreditWorld(seed, 600)
    files = _land(world, 1)
    for clock in world.clocks:
        answer = _ask(files, clock)
        _check_balances(answer)
        _check_charges(answer)


def _check_balances(answer: Answer) -> None:
    """Every balance is the sum of its movements, and days close with the last one."""
    credits = answer.credits
    assert set(credits.credit_movements) == set(credits.credit_balances)
    for pair, row in credits.credit_balances.items():
        balance, before = Decimal(0), None
        closing = {}
        for movement in credits.credit_movements[pair]:
            balance = EXACT.add(balance, movement["units"])
            assert balance == movement["balance_units_after"]
            assert before is None or before <= movement["occurred_at"]
            before = movement["occurred_at"]
            closing[(*pair, before.astimezone(credits.zone).date())] = balance
            if movement["movement_kind"] == "reset":
                assert balance == 0
        assert balance == row["balance_units"]
        assert balance == EXACT.subtract(Decimal(row["credited_units"]), row["consumed_units"])
        assert row["rollover_units"] >= 0
        found = {
            key: value for key, value in credits.credit_balances_daily.items() if key[:2] == pair
        }
        assert found == closing


def _check_charges(answer: Answer) -> None:
    """An event is charged to one subscription, once for each price, after it was received."""
    charges, records = answer.charges, answer.credits.records
    seen: dict[str, str] = {}
    for (subscription_id, price_id, start), line in charges._lines.items():
        [price] = [
            price
            for price in records.subscriptions[subscription_id].prices
            if price.price_id == price_id
        ]
        [period] = [
            period for period in answer.credits.periods[subscription_id] if period.start == start
        ]
        for one in line.usage:
            key = f"{price.meter_id} {one.event.event_id}"
            assert key not in seen
            seen[key] = subscription_id
            assert one.event.ingested_at <= period.end and one.event.occurred_at < period.end
    for row in charges.metered_charges.values():
        assert row["billable_units"] >= 0 and row["native_amount"] >= 0
        left = EXACT.subtract(row["consumed_units"], Decimal(row["credited_units"]))
        assert row["billable_units"] >= left


def test_worlds_have_everything() -> None:
    """Four worlds together have every kind of movement and charge."""
    kinds: set[tuple] = set()
    charged: set[str] = set()
    for seed in range(4):
        answer = _ask(_land(CreditWorld(seed, 600), 1), LAST_DAY)
        rows = credit_rows(answer)
        kinds |= {
            (row["movement_kind"], row["movement_source"]) for row in rows["credit_movements"]
        }
        for row in rows["metered_charges"]:
            charged |= {name for name in ("is_capped", "is_open") if row[name]}
            charged |= {name for name in ("credited_units", "native_amount") if row[name]}
            charged |= {row["native_currency"], row["charge_amount"] is None and "unconverted"}
            charged |= {f"of {answer.credits.meters[row['meter_id']].aggregation}"}
        for (subscription_id, _, _), line in answer.charges._lines.items():
            owner = answer.credits.records.subscriptions[subscription_id].customer_id
            charged |= {"by seat" for one in line.usage if one.event.customer_id != owner}
        assert rows["rejected_values"] and rows["rejected_definitions"]
    assert kinds == {
        *(("consumption", "event"), ("credit", "event"), ("credit", "derived")),
        *(("reset", "event"), ("reset", "derived"), ("rollover", "event")),
        *(("rollover", "derived"), ("revocation", "event"), ("revocation", "derived")),
    }
    aggregations = {"count", "sum", "avg", "min", "max", "unique", "latest"}
    assert charged >= {f"of {name}" for name in aggregations}
    assert charged >= {"is_capped", "is_open", "credited_units", "native_amount", "by seat"}
    assert charged >= {"usd", "eur", "jpy", "kwd"}


def test_files_do_not_matter() -> None:
    """However records are dealt, what is derived and charged is the same."""
    world = CreditWorld(5, 500)
    answers = [_ask(_land(world, part_count), LAST_DAY) for part_count in (1, 3)]
    # The newest of several values at one instant is the one that landed last; of credits that are
    # received at one instant with one timestamp the first is the one that landed first.
    found = [
        {
            pair: movements
            for pair, movements in answer.credits.credit_movements.items()
            if pair[1] != "latest"
            and not any(
                movement["event_id"] or movement["movement_source"] == "event"
                for movement in movements
                if movement["movement_kind"] != "consumption"
            )
        }
        for answer in answers
    ]
    assert found[0] == found[1] and found[0]
    charges = [
        {
            key: row
            for key, row in answer.charges.metered_charges.items()
            if row["meter_id"] != "latest"
        }
        for answer in answers
    ]
    assert charges[0] == charges[1]


def test_later_clocks_change_no_derived_past() -> None:
    """What a derived reset took away is final: all that counted for it was received before."""
    world = CreditWorld(6, 500)
    files = _land(world, 1)
    asked = [(clock, _ask(files, clock)) for clock in sorted(world.clocks)]

    def resets(answer: Answer, until: datetime) -> dict[tuple, list[tuple]]:
        return {
            pair: [
                (row["occurred_at"], row["units"])
                for row in movements
                if row["movement_kind"] == "reset" and row["occurred_at"] <= until
            ]
            for pair, movements in answer.credits.credit_movements.items()
            if pair not in answer.credits._event_credits
            and pair not in answer.credits._event_resets
        }

    for (clock, before), (_, after) in pairwise(asked):
        found, later = resets(before, clock), resets(after, clock)
        assert all(found[pair] == later[pair] for pair in set(found) & set(later))
        assert any(found.values())
