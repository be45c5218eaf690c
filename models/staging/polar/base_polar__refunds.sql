{{ config(
    materialized="incremental",
    incremental_strategy="append",
    pre_hook="{{ clear_without_watermark() }}",
    post_hook="{{ record_watermark() }}",
) }}

{% set unique_key_places = ["$"] %}
{% set new_loads = get_new_loads("polar", "refunds", unique_key_places) %}

with landed as (

    {{ landed_rows(source("polar", "refunds"), new_loads) }}

),

cut as (

    select
        *,
        {{ cut_json("valid_record", {
            "id": "JSON",
            "order_id": "JSON",
            "subscription_id": "JSON",
            "customer_id": "JSON",
            "status": "JSON",
            "currency": "JSON",
            "reason": "JSON",
            "amount": "JSON",
            "tax_amount": "JSON",
            "created_at": "JSON",
            "modified_at": "JSON",
        }) }} as fields
    from landed

),

typed as (

    select
        *,
        {{ read_identifier("fields.id") }} as refund_id,
        {{ read_identifier("fields.order_id") }} as order_id,
        {{ read_identifier("fields.subscription_id") }} as subscription_id,
        {{ read_identifier("fields.customer_id") }} as customer_id,
        {{ read_text("fields.status") }} as refund_status,
        {{ read_text("fields.currency") }} as native_currency,
        {{ read_text("fields.reason") }} as refund_reason,
        {{ read_integer("fields.amount") }} as refunded_minor,
        {{ read_integer("fields.tax_amount") }} as refunded_tax_minor,
        {{ read_timestamp("fields.created_at") }} as created_at,
        {{ read_timestamp("fields.modified_at") }} as modified_at
    from cut

),

judged as (

    select
        *,
        case
            {{ record_reasons(new_loads, unique_key_places) }}
            {{ required_reason("id", "refund_id") }}
            {{ required_reason("order_id", "order_id") }}
            {{ optional_reason("subscription_id", "subscription_id") }}
            {{ optional_reason("customer_id", "customer_id") }}
            {{ reserved_customer_reason() }}
            {{ required_reason("status", "refund_status") }}
            {{ required_reason("currency", "native_currency") }}
            {{ optional_reason("reason", "refund_reason") }}
            {{ required_reason("created_at", "created_at") }}
            {{ optional_reason("modified_at", "modified_at") }}
            {{ future_reason("created_at", "created_at") }}
            {{ future_reason("modified_at", "modified_at") }}
            {{ required_reason("amount", "refunded_minor") }}
            {{ optional_reason("tax_amount", "refunded_tax_minor") }}
        end as reject_reason
    from typed

),

listed as (

    select
        raw_row_number,
        load_number,
        line_number,
        refund_id,
        order_id,
        subscription_id,
        customer_id,
        refund_status,
        native_currency,
        refund_reason,
        refunded_minor,
        refunded_tax_minor,
        reject_reason,
        created_at,
        modified_at,
        loaded_at
    from judged

)

select * from listed
