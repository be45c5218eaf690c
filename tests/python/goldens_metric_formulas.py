"""The worked examples of single formulas, told together: each has months of its own.

The margins are running sums, so each of their examples adds to the one before; what a rate is
looked up for is a credit order in the currency.
"""

from datetime import UTC, datetime, timedelta

from goldens_credits import at, make_order, make_subscription
from goldens_metrics import Cells, Records
from goldens_stories import Case, load_cases
from oracle_periods import step_from

CASES = [case for case in load_cases("metrics") if case["area"] in ("metric_formula", "fx_lookup")]
AS_OF = datetime(2026, 2, 28, 23, 59, 59, 999999, tzinfo=UTC)
CREDIT = 1_000_000


def _month(year: int, number: int) -> datetime:
    return step_from(datetime(year, 1, 1, tzinfo=UTC), "month", number)


def _of(formula: str) -> list[Case]:
    return [case for case in CASES if case["id"].startswith((f"formula.{formula}.", f"{formula}."))]


def formula_story() -> tuple[Records, Cells]:
    """Return the records of all examples, and what each finds in its month."""
    records: Records = {"orders": [], "subscriptions": [], "events": []}
    cells: Cells = {}
    _tell_margins(records, cells)
    _tell_monthly_amounts(records, cells)
    _tell_lifetime_values(records, cells)
    _tell_rates(records, cells)
    return records, cells


def _cost(moment: datetime, amount: object) -> dict:
    return {
        "id": f"cost {moment.isoformat()}",
        "name": "cost",
        "timestamp": moment.isoformat(),
        "external_customer_id": "somebody",
        "metadata": {"_cost": {"amount": str(amount), "currency": "usd"}},
    }


def _tell_margins(records: Records, cells: Cells) -> None:
    revenue, costs = 0, 0
    margins = _of("gross_margin_percentage")
    for number, case in enumerate(sorted(margins, key=lambda case: case["cumulative_costs"])):
        month = _month(2020, number)
        made_at = month.isoformat()
        amount = case["cumulative_revenue"] - revenue
        records["orders"].append(
            make_order(id=case["id"], created_at=made_at, net_amount=amount, paid=True)
        )
        records["events"].append(_cost(month, case["cumulative_costs"] - costs))
        revenue, costs = case["cumulative_revenue"], case["cumulative_costs"]
        cells[month] = case["polar"]


def _tell_monthly_amounts(records: Records, cells: Cells) -> None:
    """Tell each price as a subscription that is active in one month."""
    for number, case in enumerate(_of("monthly_amount")):
        month, following = _month(2021, number), _month(2021, number + 1)
        records["subscriptions"].append(
            make_subscription(
                id=case["id"],
                amount=case["net_amount"],
                recurring_interval=case["recurring_interval"],
                recurring_interval_count=case["recurring_interval_count"],
                started_at=month.isoformat(),
                ended_at=following.isoformat(),
            )
        )
        cells[month] = {"monthly_recurring_revenue": case["polar"]["monthly_amount"]}


def _tell_lifetime_values(records: Records, cells: Cells) -> None:
    """Tell a rate of churn as one of some subscriptions, canceled ten days before its month."""
    for number, case in enumerate(_of("ltv")):
        month = _month(2022, 3 * number + 2)
        for position in range(round(1 / case["churn_rate"])):
            canceled_at = None if position else (month - timedelta(days=10)).isoformat()
            records["subscriptions"].append(
                make_subscription(
                    id=f"{case['id']} {position}",
                    customer_id=f"{case['id']} {position}",
                    amount=case["average_revenue_per_user"],
                    started_at=_month(2022, 3 * number).isoformat(),
                    canceled_at=canceled_at,
                    ends_at=_month(2022, 3 * number + 3).isoformat(),
                )
            )
        if case["cost_per_user"]:
            records["events"].append(_cost(month, case["cost_per_user"]))
        names = ("average_revenue_per_user", "cost_per_user", "churn_rate")
        cells[month] = case["polar"] | {name: case[name] for name in names}


def _tell_rates(records: Records, cells: Cells) -> None:
    """Tell what a rate is for as a credit order of the customer whose orders have rates."""
    for number, case in enumerate(_of("fx_lookup")):
        shift = _month(2023, number) - at("2024-05-01T00:00:00Z")
        for position, event in enumerate(case["events"]):
            order_id = f"{case['id']} {position}"
            records["events"].append(
                _balance(order_id, event["name"], at(event["timestamp"]) + shift, case["id"], 0)
            )
            records["events"][-1]["metadata"] |= event["metadata"]
        credited_at = at(case["query"]["before"]) + shift
        credit = _balance(case["id"], "balance.credit_order", credited_at, case["id"], CREDIT)
        credit["metadata"]["currency"] = case["query"]["currency"]
        records["events"].append(credit)
        # A rate that nobody knows is 1 (spec/polar.md 7.3).
        rate = case["polar"]["exchange_rate"]
        revenue = CREDIT if rate is None else round(CREDIT * rate)
        cells[_month(2023, number)] = {"revenue": revenue}


def _balance(order_id: str, name: str, moment: datetime, customer_id: str, amount: int) -> dict:
    return {
        "id": f"{name} {order_id}",
        "name": name,
        "source": "system",
        "timestamp": moment.isoformat(),
        "customer_id": customer_id,
        "metadata": {"order_id": order_id, "amount": amount, "currency": "usd", "fee": 0},
    }
