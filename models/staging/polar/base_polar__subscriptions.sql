{{ config(
    materialized="incremental",
    incremental_strategy="append",
    pre_hook="{{ clear_without_watermark() }}",
    post_hook="{{ record_watermark() }}",
) }}

{% set field_list = [
    {"field": "id", "column": "subscription_id", "kind": "identifier", "is_required": true},
    {"field": "customer_id", "column": "customer_id", "kind": "identifier", "is_required": true},
    {"field": "product_id", "column": "product_id", "kind": "identifier"},
    {"field": "status", "column": "subscription_status", "kind": "text", "is_required": true},
    {"field": "currency", "column": "native_currency", "kind": "text", "is_required": true},
    {"field": "recurring_interval", "column": "recurring_interval", "kind": "text"},
    {"field": "customer_cancellation_reason", "column": "cancellation_reason", "kind": "text"},
    {"field": "amount", "column": "amount_minor", "kind": "integer", "is_required": true},
    {"field": "net_amount", "column": "net_minor", "kind": "integer"},
    {"field": "recurring_interval_count", "column": "recurring_interval_count", "kind": "integer"},
    {"field": "cancel_at_period_end", "column": "is_canceled_at_period_end", "kind": "boolean"},
    {"field": "created_at", "column": "created_at", "kind": "timestamp", "is_required": true},
    {"field": "modified_at", "column": "modified_at", "kind": "timestamp"},
    {"field": "current_period_start", "column": "current_period_start_at", "kind": "timestamp"},
    {"field": "current_period_end", "column": "current_period_end_at", "kind": "timestamp"},
    {"field": "trial_start", "column": "trial_started_at", "kind": "timestamp"},
    {"field": "trial_end", "column": "trial_ended_at", "kind": "timestamp"},
    {"field": "started_at", "column": "started_at", "kind": "timestamp"},
    {"field": "paused_at", "column": "paused_at", "kind": "timestamp"},
    {"field": "canceled_at", "column": "canceled_at", "kind": "timestamp"},
    {"field": "ends_at", "column": "ends_at", "kind": "timestamp"},
    {"field": "ended_at", "column": "ended_at", "kind": "timestamp"},
] %}
{% set unique_key_places = ["$"] %}
{% set new_loads = get_new_loads("polar", "subscriptions", unique_key_places) %}

with landed as (

    {{ landed_rows(source("polar", "subscriptions"), new_loads) }}

),

cut as (

    select
        *,
        {{ cut_json("valid_record", dict(
            field_structure(field_list),
            customer=customer_object_structure(),
            prices=[price_structure()],
            product={
                "meter_interval": "JSON",
                "meter_interval_count": "JSON",
                "prices": [price_structure()],
                "benefits": [benefit_structure()],
            }
        )) }} as fields
    from landed

),

typed as (

    select
        *,
        {{ typed_columns(field_list) }},
        {{ customer_object_columns() }},
        {{ read_text("fields.product.meter_interval") }} as embedded_meter_interval,
        {{ read_integer("fields.product.meter_interval_count") }} as embedded_meter_interval_count,
        {{ field_of("fields", "prices") }} as prices,
        {{ field_of("fields.product", "prices") }} as embedded_prices,
        {{ field_of("fields.product", "benefits") }} as embedded_benefits
    from cut

),

judged as (

    select
        *,
        case
            {{ record_reasons(new_loads, unique_key_places) }}
            {{ field_reasons(field_list) }}
        end as reject_reason
    from typed

),

listed as (

    select
        raw_row_number,
        load_number,
        line_number,
        {{ field_list | map(attribute="column") | join(", ") }},
        {{ customer_object_column_names() | join(", ") }},
        embedded_meter_interval,
        embedded_meter_interval_count,
        prices,
        embedded_prices,
        embedded_benefits,
        reject_reason,
        loaded_at
    from judged

)

select * from listed
