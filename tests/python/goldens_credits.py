"""The worked examples of credits, billing entries and periods, told as records of Polar's API."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from goldens_stories import Case, load_cases
from oracle_periods import step_from

CASES = load_cases("credits")
LATE = "2027-01-15T00:00:00Z"
MADE = "2020-01-01T00:00:00Z"
EVERYTHING = {"conjunction": "and", "clauses": []}
SUM = {"func": "sum", "property": "tokens"}

Records = dict[str, list[dict]]


def at(text: str) -> datetime:
    """Read an ISO 8601 time as UTC."""
    return datetime.fromisoformat(text.replace("Z", "+00:00")).astimezone(UTC)


def golden_records(case: Case) -> tuple[Records, str]:
    """Return an example's records by entity, and the clock at which it is asked.

    Records without `created_at` were made at `MADE`.
    """
    makers: dict[str, Callable[[Case], Records]] = {
        "customer_meter": _balance_records,
        "credit_rollover": _balance_records,
        "credit_benefit": _benefit_records,
        "metered_billing": _billing_records,
        "billing_entry_creation": _payer_records,
        "metered_price": _price_records,
        "subscription_period": _period_records,
    }
    as_of = case.get("query", {}).get("cutoff", LATE)
    if case["area"] == "metered_billing":
        as_of = LATE
    elif case["area"] == "credit_benefit":
        is_cycled = any(step.startswith("cycle") for step in case["steps"])
        as_of = "2026-04-01T00:00:00Z" if is_cycled else "2026-03-15T00:00:00Z"
    return makers[case["area"]](case), as_of


def make_subscription(**change: object) -> dict:
    """Return a subscription that differs in some fields."""
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


def make_order(**change: object) -> dict:
    """Return a paid order that differs in some fields."""
    fine = {"id": "o", "customer_id": "c", "status": "paid", "net_amount": 0, "currency": "usd"}
    return {**fine, "product_id": "once", **change}


def make_usage(ingested_at: str, tokens: object = 1, **change: object) -> dict:
    """Return an event of usage that differs in some fields."""
    event = {
        "id": f"{ingested_at} {tokens} {change}",
        "name": "call",
        "timestamp": ingested_at,
        "ingested_at": ingested_at,
        "customer_id": "c",
        "metadata": {"tokens": tokens},
    }
    return {**event, **change}


def _balance_records(case: Case) -> Records:
    return {name: case[name] for name in ("customers", "meters", "events")}


def _benefit_records(case: Case) -> dict[str, list[dict]]:
    """Tell the steps of an example, an hour each, as a subscription and an order with grants."""
    start = at("2026-03-01T00:00:00Z")
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
        "subscriptions": [make_subscription(started_at=start.isoformat())],
        "orders": [make_order()],
        "events": [make_usage(moment, units) for moment, units in names["usage"]],
    }


def _entry_records(case: Case) -> dict[str, list[dict]]:
    """Tell billing entries as events of one subscription, whose only price is the active one."""
    cutoff = at(case.get("query", {}).get("cutoff") or "2024-05-01T12:00:00Z")
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
                "timestamp": (at(entry["start_timestamp"]) - earlier).isoformat(),
                "ingested_at": (at(entry["created_at"]) - earlier).isoformat(),
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
            make_subscription(
                started_at="2024-03-01T12:00:00Z", ends_at=cutoff.isoformat(), prices=prices
            )
        ],
    }


def _billing_records(case: Case) -> Records:
    if case["id"] == "billing.trial_usage_never_charged":
        return _trial_records(case)
    return _entry_records(case)


def _trial_records(case: Case) -> dict[str, list[dict]]:
    price = {"id": "p1", "amount_type": "metered_unit", "meter_id": "m", "price_currency": "usd"}
    used_at = (at(case["trial_start"]) + timedelta(days=1)).isoformat()
    return {
        "meters": [{"id": "m", "filter": EVERYTHING, "aggregation": SUM}],
        "events": [make_usage(used_at, case["usage_units"])],
        "subscriptions": [
            make_subscription(
                started_at=case["trial_start"],
                trial_end=case["trial_end"],
                ends_at=case["trial_end"],
                prices=[{**price, "unit_amount": case["unit_amount"]}],
            )
        ],
    }


def _payer_records(case: Case) -> Records:
    """Who pays for which events."""
    meter = dict(case["meters"][0])
    last_billed = meter.pop("last_billed_event_id", None)
    [created_at] = [
        at(event["ingested_at"]) + timedelta(microseconds=1)
        for event in case["events"]
        if event["id"] == last_billed
    ] or [at(MADE)]
    seats = [
        {**seat, "id": f"seat_{number}", "claimed_at": MADE}
        for number, seat in enumerate(case.get("customer_seats", []))
    ]
    subscriptions = [
        make_subscription(
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
    return {
        "meters": [{**meter, "created_at": created_at.isoformat()}],
        "events": case["events"],
        "subscriptions": subscriptions,
        "customer_seats": seats,
    }


def _charged_from(start: datetime, price: dict, **change: object) -> Records:
    metered = {"id": "p1", "amount_type": "metered_unit", "meter_id": "m", "price_currency": "usd"}
    return {
        "meters": [{"id": "m", "filter": EVERYTHING, "aggregation": SUM}],
        "subscriptions": [
            make_subscription(started_at=start.isoformat(), prices=[{**metered, **price}], **change)
        ],
    }


def _price_records(case: Case) -> Records:
    price = {"unit_amount": case["unit_amount"], "cap_amount": case["cap_amount"]}
    used = make_usage("2026-12-20T00:00:00Z", case["query"]["units"])
    return {**_charged_from(at("2026-12-15T00:00:00Z"), price), "events": [used]}


def _period_records(case: Case) -> Records:
    price = {"unit_amount": "1", "cap_amount": None}
    if "trial_start" in case:
        return _charged_from(at(case["trial_start"]), price, trial_end=case["trial_end"])
    steps = {
        "recurring_interval": case["interval"],
        "recurring_interval_count": case["count"],
    }
    if "current_period_start" in case:
        return _charged_from(at(case["current_period_start"]), price, **steps)
    return _charged_from(find_anchor(case)[0], price, **steps)


def find_anchor(case: Case) -> tuple[datetime, int]:
    """Return the nearest earlier start that has an example's day, and the steps between."""
    start, interval = at(case["period_start"]), case["interval"]
    steps, anchor = 0, start
    if interval in ("month", "year"):
        while anchor.day != case["anchor_day"] or step_from(anchor, interval, steps) != start:
            anchor -= timedelta(days=1)
            steps = start.year - anchor.year
    return anchor, steps
