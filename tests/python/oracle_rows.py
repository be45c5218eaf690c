"""The oracle's tables of usage as rows, with the columns that the marts have."""

import json
from typing import Any

from oracle import Oracle

KEYS = {
    "meter_events": ("meter_id", "event_id"),
    "meter_usage_hourly": ("meter_id", "customer_id", "period_start"),
    "meter_usage_daily": ("meter_id", "customer_id", "date_day"),
    "meter_usage_monthly": ("meter_id", "customer_id", "month_start_date"),
    "meter_quantities_daily": ("meter_id", "date_day"),
    "meter_quantities_monthly": ("meter_id", "month_start_date"),
    "meter_usage_by_dimension_daily": (
        *("meter_id", "customer_id", "dimension_name", "dimension_value"),
        "date_day",
    ),
}


def usage_rows(oracle: Oracle) -> dict[str, list[dict[str, Any]]]:
    """Return the rows of each mart that is about meters, and the ids of all customers."""
    marts: dict[str, list[dict[str, Any]]] = {
        mart: [
            {**dict(zip(names, key, strict=True)), **row}
            for key, row in getattr(oracle.meters, mart).items()
        ]
        for mart, names in KEYS.items()
    }
    for row in marts["meter_events"]:
        row["dimensions"] = json.dumps(row["dimensions"]) if row["dimensions"] else None
    marts["meters"] = [
        {
            "meter_id": meter.meter_id,
            "meter_name": meter.meter_name,
            "source_system": meter.source_system,
            "aggregation": meter.aggregation,
            "value_path": meter.value_path,
            "is_archived": meter.archived_at is not None,
            "archived_at": meter.archived_at,
        }
        for meter in oracle.meter_definitions
    ]
    names = ("definition_source", "definition_id", "place", "reject_reason")
    marts["rejected_definitions"] = [
        {"definition_kind": "meter", **dict(zip(names, refused, strict=True))}
        for refused in oracle.rejected_meters
    ]
    names = ("event_id", "definition_id", "reject_reason")
    marts["rejected_values"] = [
        {"definition_kind": "meter", **dict(zip(names, refused, strict=True))}
        for refused in oracle.meters.rejected_values
    ]
    marts["customers"] = [{"customer_id": customer_id} for customer_id in oracle.customer_ids]
    return marts
