"""The oracle's credits and metered charges, on worked examples and cases worked out by hand."""

import json
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from goldens_stories import Case, load_cases
from oracle_charges import metered_amount
from oracle_credit_records import Price, Subscription, read_units
from oracle_credit_rows import Answer, ask_credits, credit_rows
from oracle_credits import Window, add_credits, find_rollover
from oracle_periods import find_periods, step_from
from oracle_values import MISSING, LandedFile, RejectError, Settings, round_to

CASES = load_cases("credits")
LATE = "2027-01-15T00:00:00Z"
MADE = "2020-01-01T00:00:00Z"
EVERYTHING = {"conjunction": "and", "clauses": []}
SUM = {"func": "sum", "property": "tokens"}


def _at(text: str) -> datetime:
    return datetime.fromisoformat(text.replace("Z", "+00:00")).astimezone(UTC)


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
            _at(LATE) + timedelta(seconds=number),
            "".join(
                json.dumps({"created_at": MADE, **record}) + "\n" for record in listed
            ).encode(),
        )
        for number, (entity, listed) in enumerate(records.items())
    ]
    settings = Settings(as_of=_at(as_of), reporting_timezone=zone)
    return ask_credits(files, settings, definitions)


def _cases(*areas: str) -> list[Any]:
    return [pytest.param(case, id=case["id"]) for case in CASES if case["area"] in areas]


# Worked examples


@pytest.mark.parametrize("case", _cases("customer_meter", "credit_rollover"))
def test_golden_balance(case: Case) -> None:
    """Events alone make the balance; the cutoff of a rollover is the time at which it is asked."""
    records = {name: case[name] for name in ("customers", "meters", "events")}
    answer = _answer(records, case["query"].get("cutoff", LATE))
    row = answer.credits.credit_balances[case["query"]["customer_id"], "meter_1"]
    row["balance"] = row["balance_units"]
    assert {name: row[name] for name in case["polar"]} == case["polar"]


def _benefit_records(case: Case) -> dict[str, list[dict]]:
    """Tell the steps of an example, an hour each, as a subscription and an order with grants."""
    start = _at("2026-03-01T00:00:00Z")
    names = {"usage": []}
    grants: dict[str, dict] = {}
    for number, step in enumerate(case["steps"]):
        verb, subject, *way = step.split(" ", 2)
        moment = (start + timedelta(hours=number)).isoformat()
        if verb == "usage":
            names["usage"].append((moment, int(subject)))
        elif verb == "grant":
            is_order = way == ["(one-time order)"]
            grants[subject] = {
                "id": f"grant_{subject}",
                "benefit_id": subject,
                "customer_id": "c",
                "granted_at": moment,
                "subscription_id": None if is_order else "s",
                "order_id": "o" if is_order else None,
            }
        elif verb == "revoke":
            grants[subject] |= {"is_revoked": True, "revoked_at": moment}
    return {
        "meters": [{"id": "meter_1", "filter": EVERYTHING, "aggregation": SUM}],
        "benefits": case["benefits"],
        "benefit_grants": list(grants.values()),
        "subscriptions": [_subscription(started_at=start.isoformat())],
        "orders": [_order()],
        "events": [_usage(moment, units) for moment, units in names["usage"]],
    }


def _subscription(**change: object) -> dict:
    return {
        "id": "s",
        "customer_id": "c",
        "product_id": "p",
        "status": "active",
        "amount": 0,
        "currency": "usd",
        "recurring_interval": "month",
        "recurring_interval_count": 1,
        "started_at": "2026-03-01T00:00:00Z",
        "prices": [],
        **change,
    }


def _order(**change: object) -> dict:
    fine = {"id": "o", "customer_id": "c", "status": "paid", "net_amount": 0, "currency": "usd"}
    return {**fine, "product_id": "once", **change}


def _usage(ingested_at: str, tokens: object = 1, **change: object) -> dict:
    event = {
        "id": f"{ingested_at} {tokens} {change}",
        "name": "call",
        "timestamp": ingested_at,
        "ingested_at": ingested_at,
        "customer_id": "c",
        "metadata": {"tokens": tokens},
    }
    return {**event, **change}


@pytest.mark.parametrize("case", _cases("credit_benefit"))
def test_golden_benefit(case: Case) -> None:
    """Grants make the same credits as Polar's tasks do."""
    is_cycled = any(step.startswith("cycle") for step in case["steps"])
    as_of = "2026-04-01T00:00:00Z" if is_cycled else "2026-03-15T00:00:00Z"
    answer = _answer(_benefit_records(case), as_of)
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


def _entry_records(case: Case) -> dict[str, list[dict]]:
    """Tell billing entries as events of one subscription, whose only price is the active one."""
    cutoff = _at(case.get("query", {}).get("cutoff") or "2024-05-01T12:00:00Z")
    active = case.get("subscription", {}).get("active_price_ids", [])
    events, prices = [], []
    for entry in case["billing_entries"]:
        if entry.get("deleted") or entry["type"] != "metered":
            continue
        earlier = timedelta()
        if not entry["pending"]:
            earlier = timedelta(days=40)
        elif entry["product_price_id"] not in active:
            earlier = timedelta(hours=1)
        events.append(
            {
                **entry["event"],
                "id": entry["id"],
                "customer_id": "c",
                "timestamp": (_at(entry["start_timestamp"]) - earlier).isoformat(),
                "ingested_at": (_at(entry["created_at"]) - earlier).isoformat(),
            }
        )
    for price in case.get("prices", []):
        if price["id"] in active:
            # A price that replaced another was made after the other's entries.
            replaced_at = (cutoff - timedelta(minutes=30)).isoformat()
            prices.append(
                {**price, "created_at": replaced_at if price["id"] != "price_a" else MADE}
            )
    return {
        "meters": case.get("meters", []),
        "events": events,
        "subscriptions": [
            _subscription(
                started_at="2024-03-01T12:00:00Z", ends_at=cutoff.isoformat(), prices=prices
            )
        ],
    }


@pytest.mark.parametrize("case", _cases("metered_billing"))
def test_golden_billing(case: Case) -> None:
    """The last period's lines and what counts in them."""
    expected = case["polar"] if case["applies"] else case["here"]
    if case["id"] == "billing.trial_usage_never_charged":
        records = _trial_records(case)
    else:
        records = _entry_records(case)
    charges = _answer(records).charges
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


def _trial_records(case: Case) -> dict[str, list[dict]]:
    price = {"id": "p1", "amount_type": "metered_unit", "meter_id": "m", "price_currency": "usd"}
    used_at = (_at(case["trial_start"]) + timedelta(days=1)).isoformat()
    return {
        "meters": [{"id": "m", "filter": EVERYTHING, "aggregation": SUM}],
        "events": [_usage(used_at, case["usage_units"])],
        "subscriptions": [
            _subscription(
                started_at=case["trial_start"],
                trial_end=case["trial_end"],
                ends_at=case["trial_end"],
                prices=[{**price, "unit_amount": case["unit_amount"]}],
            )
        ],
    }


@pytest.mark.parametrize("case", _cases("billing_entry_creation"))
def test_golden_entries(case: Case) -> None:
    """Who pays for which events."""
    [meter] = case["meters"]
    last_billed = meter.pop("last_billed_event_id", None)
    [created_at] = [
        _at(event["ingested_at"]) + timedelta(microseconds=1)
        for event in case["events"]
        if event["id"] == last_billed
    ] or [_at(MADE)]
    seats = [
        {**seat, "id": f"seat_{number}", "claimed_at": MADE}
        for number, seat in enumerate(case.get("customer_seats", []))
    ]
    subscriptions = [
        _subscription(
            id=subscription["id"],
            customer_id=subscription["customer_id"],
            started_at="2024-05-01T00:00:00Z",
            prices=[
                price
                for price in case.get("prices", [])
                if price["id"] in subscription["active_price_ids"]
            ],
        )
        for subscription in case["subscriptions"]
    ]
    charges = _answer(
        {
            "meters": [{**meter, "created_at": created_at.isoformat()}],
            "events": case["events"],
            "subscriptions": subscriptions,
            "customer_seats": seats,
        }
    ).charges
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
        subscription = _started(case["trial_start"], trial_end=_at(case["trial_end"]))
        second = find_periods(subscription, _at(case["trial_end"]))[1]
        assert second.start == _at(expected["current_period_start"])
        assert second.end == _at(expected["current_period_end"])
        return
    if "period_starts" in expected:
        count = case["query"]["periods"]
        periods = find_periods(_started(case["current_period_start"]), _at(LATE))[:count]
        assert [f"{period.start:%F}" for period in periods] == expected["period_starts"]
        assert [f"{period.end:%F}" for period in periods] == expected["period_ends"]
        return
    start, interval = _at(case["period_start"]), case["interval"]
    steps, anchor = 0, start
    if interval in ("month", "year"):
        # The nearest anchor before with the day that the example names.
        while anchor.day != case["anchor_day"] or step_from(anchor, interval, steps) != start:
            anchor -= timedelta(days=1)
            steps = start.year - anchor.year
    assert step_from(anchor, interval, steps + case["count"]) == _at(expected["next"])


def _started(started_at: str, **change: object) -> Subscription:
    fields = {
        "subscription_id": "s",
        "customer_id": "c",
        "status": "active",
        "started_at": _at(started_at),
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
