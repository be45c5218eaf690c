"""Credits and metered charges of landed files, as rows with the columns that the marts have."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from oracle import Oracle, read_values
from oracle_charges import Charges
from oracle_credit_records import CreditRecords
from oracle_credits import Credits
from oracle_values import LandedFile, RejectError, Row, Settings, parse_json, parse_time, read_lines

# What credits alone are made of: the rest of the oracle does not know these.
CREDIT_ENTITIES = ("benefits", "benefit_grants", "customer_seats")


@dataclass(frozen=True)
class Answer:
    """All that the oracle says about some files."""

    oracle: Oracle
    credits: Credits
    charges: Charges


def newest_records(files: Iterable[LandedFile], entity: str) -> list[dict]:
    """Return the newest version of each of Polar's records of one entity.

    Args:
        files: landed files in any order.
        entity: `products`, `benefits`, ...
    """
    rows = []
    for file in files:
        if (file.source, file.entity) != ("polar", entity):
            continue
        for line_number, text, problem in read_lines(file):
            try:
                record = None if problem else parse_json(text)
                if isinstance(record, dict) and record.get("id") and record.get("created_at"):
                    if entity not in CREDIT_ENTITIES:
                        read_values(file, record)
                    rows.append(Row(file, line_number, record))
            except RejectError:
                continue

    def version(row: Row) -> tuple:
        changed_at = row.record.get("modified_at") or row.record["created_at"]
        return (parse_time(changed_at), *row.landed_order)

    return list({row.record["id"]: row.record for row in sorted(rows, key=version)}.values())


def ask_credits(
    files: Iterable[LandedFile],
    settings: Settings,
    definitions: Iterable[Mapping[str, str]] = (),
) -> Answer:
    """Ask the oracle about files.

    Args:
        files: landed files in any order; their load times decide.
        settings: the dbt variables.
        definitions: rows of the seed `credit_benefit_definitions`, as texts.
    """
    files = list(files)
    oracle = Oracle((file for file in files if file.entity not in CREDIT_ENTITIES), settings)
    newest = ("products", "meters", *CREDIT_ENTITIES)
    records = CreditRecords(
        {
            "subscriptions": [row.record for row in oracle.subscriptions.values()],
            "orders": [row.record for row in oracle.orders.values()],
            **{entity: newest_records(files, entity) for entity in newest},
        },
        definitions,
    )
    credits = Credits(oracle.all_events, oracle.meters, records, settings.as_of, oracle.zone)
    return Answer(oracle, credits, Charges(credits, oracle.convert, oracle.local_day))


def credit_rows(answer: Answer) -> dict[str, list[dict[str, Any]]]:
    """Return the rows of each mart that is about credits and charges.

    Movements have a `movement_number` beside their columns: their place in the ledger of customer
    and meter, from 1.
    """
    credits = answer.credits
    pair_names = ("customer_id", "meter_id")
    marts: dict[str, list[dict[str, Any]]] = {
        "credit_balances": [
            {**dict(zip(pair_names, pair, strict=True)), **row}
            for pair, row in credits.credit_balances.items()
        ],
        "credit_movements": [
            {**dict(zip(pair_names, pair, strict=True)), "movement_number": number, **row}
            for pair, rows in credits.credit_movements.items()
            for number, row in enumerate(rows, start=1)
        ],
        "credit_balances_daily": [
            {**dict(zip((*pair_names, "date_day"), key, strict=True)), "balance_units": balance}
            for key, balance in credits.credit_balances_daily.items()
        ],
        "metered_charges": [
            {
                **dict(zip(("subscription_id", "price_id", "period_start"), key, strict=True)),
                **{name: value for name, value in row.items() if name != "minor_amount"},
            }
            for key, row in answer.charges.metered_charges.items()
        ],
    }
    marts["rejected_values"] = [
        {
            "event_id": event_id,
            "definition_kind": "meter",
            "definition_id": meter_id,
            "reject_reason": reason,
        }
        for event_id, meter_id, reason in credits.rejected_values
    ]
    marts["rejected_definitions"] = [
        {
            "definition_kind": "credit_benefit",
            "definition_source": source,
            "definition_id": definition_id,
            "place": "units",
            "reject_reason": reason,
        }
        for source, definition_id, reason in credits.records.rejected
    ]
    return marts
