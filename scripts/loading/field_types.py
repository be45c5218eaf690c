"""What the text of a table's cell stands for, by the name of its column.

CSV knows only text, and in both CSV and Parquet an object can only travel as text. The names
are those of `spec/polar.md` section 11, `spec/cost_metrics.md` and `spec/credits.md`. A name that
is not here stays text: an identifier `00123` or `1e5` must never become a number.
"""

JSON_FIELDS = frozenset(
    {
        "aggregation",
        "attached_custom_fields",
        "benefit",
        "benefits",
        "billing_address",
        "custom_field_data",
        "customer",
        "customer_metadata",
        "data",
        "discount",
        "dispute",
        "error",
        "filter",
        "groupBy",
        "group_by",
        "items",
        "medias",
        "member",
        "metadata",
        "meter",
        "meters",
        "pending_update",
        "prices",
        "product",
        "products",
        "properties",
        "recurrence",
        "seat_metadata",
        "seat_tiers",
        "subscription",
        "tax_id",
        "user_metadata",
        "_cost",
        "_llm",
    }
)
"""Objects and arrays: a cell that is one, or is `null`, is embedded as it is written."""

NUMBER_FIELDS = frozenset(
    {
        "amount",
        "balance",
        "consumed_units",
        "credited_units",
        "custom_multiplier",
        "exchange_rate",
        "fee",
        "maxRolloverAmount",
        "minRolloverAmount",
        "platform_fee",
        "priority",
        "rate",
        "rollover_units",
        "seats",
        "unitCost",
        "unit_cost",
        "units",
    }
)
NUMBER_ENDINGS = ("_amount", "_count")
"""Numbers: a cell that is a JSON number is written without quotes, digit for digit."""

BOOLEAN_FIELDS = frozenset(
    {
        "cancel_at_period_end",
        "deletable",
        "email_verified",
        "paid",
        "pause_at_period_end",
        "proration",
        "revoke_benefits",
        "rollover",
        "selectable",
        "visibility_configurable",
    }
)
BOOLEAN_BEGINNING = "is_"
"""Booleans: a cell that reads `true` or `false`, in any case, is written without quotes."""


def is_number_field(name: str) -> bool:
    """Whether a column of this name holds numbers."""
    return name in NUMBER_FIELDS or name.endswith(NUMBER_ENDINGS)


def is_boolean_field(name: str) -> bool:
    """Whether a column of this name holds booleans."""
    return name in BOOLEAN_FIELDS or name.startswith(BOOLEAN_BEGINNING)
