{{ config(
    materialized="incremental",
    incremental_strategy="append",
    pre_hook="{{ clear_without_watermark() }}",
    post_hook="{{ record_watermark() }}",
) }}

{% set unique_key_places = ["$"] %}
{% set new_loads = get_new_loads("polar", "subscriptions", unique_key_places) %}

with landed as (

    {{ landed_rows(source("polar", "subscriptions"), new_loads) }}

),

cut as (

    select
        *,
        {{ cut_json("valid_record", {
            "id": "JSON",
            "customer_id": "JSON",
            "product_id": "JSON",
            "status": "JSON",
            "currency": "JSON",
            "recurring_interval": "JSON",
            "amount": "JSON",
            "recurring_interval_count": "JSON",
            "cancel_at_period_end": "JSON",
            "created_at": "JSON",
            "modified_at": "JSON",
            "current_period_start": "JSON",
            "current_period_end": "JSON",
            "trial_start": "JSON",
            "trial_end": "JSON",
            "started_at": "JSON",
            "canceled_at": "JSON",
            "ends_at": "JSON",
            "ended_at": "JSON",
            "customer": customer_object_structure(),
        }) }} as fields
    from landed

),

typed as (

    select
        *,
        {{ read_identifier("fields.id") }} as subscription_id,
        {{ read_identifier("fields.customer_id") }} as customer_id,
        {{ read_identifier("fields.product_id") }} as product_id,
        {{ read_text("fields.status") }} as subscription_status,
        {{ read_text("fields.currency") }} as native_currency,
        {{ read_text("fields.recurring_interval") }} as recurring_interval,
        {{ read_integer("fields.amount") }} as amount_minor,
        {{ read_integer("fields.recurring_interval_count") }} as recurring_interval_count,
        {{ read_boolean("fields.cancel_at_period_end") }} as cancel_at_period_end,
        {{ read_timestamp("fields.created_at") }} as created_at,
        {{ read_timestamp("fields.modified_at") }} as modified_at,
        {{ read_timestamp("fields.current_period_start") }} as current_period_start_at,
        {{ read_timestamp("fields.current_period_end") }} as current_period_end_at,
        {{ read_timestamp("fields.trial_start") }} as trial_started_at,
        {{ read_timestamp("fields.trial_end") }} as trial_ended_at,
        {{ read_timestamp("fields.started_at") }} as started_at,
        {{ read_timestamp("fields.canceled_at") }} as canceled_at,
        {{ read_timestamp("fields.ends_at") }} as ends_at,
        {{ read_timestamp("fields.ended_at") }} as ended_at,
        {{ customer_object_columns() }}
    from cut

),

judged as (

    select
        *,
        case
            {{ record_reasons(new_loads, unique_key_places) }}
            {{ required_reason("id", "subscription_id") }}
            {{ required_reason("customer_id", "customer_id") }}
            {{ reserved_customer_reason() }}
            {{ optional_reason("product_id", "product_id") }}
            {{ required_reason("status", "subscription_status") }}
            {{ required_reason("currency", "native_currency") }}
            {{ optional_reason("recurring_interval", "recurring_interval") }}
            {{ required_reason("created_at", "created_at") }}
            {{ optional_reason("modified_at", "modified_at") }}
            {{ optional_reason("current_period_start", "current_period_start_at") }}
            {{ optional_reason("current_period_end", "current_period_end_at") }}
            {{ optional_reason("trial_start", "trial_started_at") }}
            {{ optional_reason("trial_end", "trial_ended_at") }}
            {{ optional_reason("started_at", "started_at") }}
            {{ optional_reason("canceled_at", "canceled_at") }}
            {{ optional_reason("ends_at", "ends_at") }}
            {{ optional_reason("ended_at", "ended_at") }}
            {{ future_reason("created_at", "created_at") }}
            {{ future_reason("modified_at", "modified_at") }}
            {{ required_reason("amount", "amount_minor") }}
            {{ optional_reason("recurring_interval_count", "recurring_interval_count") }}
            {{ optional_reason("cancel_at_period_end", "cancel_at_period_end") }}
        end as reject_reason
    from typed

),

listed as (

    select
        raw_row_number,
        load_number,
        line_number,
        subscription_id,
        customer_id,
        product_id,
        subscription_status,
        native_currency,
        recurring_interval,
        amount_minor,
        recurring_interval_count,
        cancel_at_period_end,
        {{ customer_object_column_names() | join(", ") }},
        reject_reason,
        created_at,
        modified_at,
        current_period_start_at,
        current_period_end_at,
        trial_started_at,
        trial_ended_at,
        started_at,
        canceled_at,
        ends_at,
        ended_at,
        loaded_at
    from judged

)

select * from listed
