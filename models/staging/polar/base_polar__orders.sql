{{ config(
    materialized="incremental",
    incremental_strategy="append",
    pre_hook="{{ clear_without_watermark() }}",
    post_hook="{{ record_watermark() }}",
) }}

{% set unique_key_places = ["$"] %}
{% set new_loads = get_new_loads("polar", "orders", unique_key_places) %}

with landed as (

    {{ landed_rows(source("polar", "orders"), new_loads) }}

),

cut as (

    select
        *,
        {{ cut_json("valid_record", {
            "id": "JSON",
            "customer_id": "JSON",
            "product_id": "JSON",
            "subscription_id": "JSON",
            "status": "JSON",
            "currency": "JSON",
            "billing_reason": "JSON",
            "platform_fee_currency": "JSON",
            "net_amount": "JSON",
            "subtotal_amount": "JSON",
            "discount_amount": "JSON",
            "tax_amount": "JSON",
            "total_amount": "JSON",
            "applied_balance_amount": "JSON",
            "refunded_amount": "JSON",
            "platform_fee_amount": "JSON",
            "paid": "JSON",
            "created_at": "JSON",
            "modified_at": "JSON",
            "customer": customer_object_structure(),
        }) }} as fields
    from landed

),

typed as (

    select
        *,
        {{ read_identifier("fields.id") }} as order_id,
        {{ read_identifier("fields.customer_id") }} as customer_id,
        {{ read_identifier("fields.product_id") }} as product_id,
        {{ read_identifier("fields.subscription_id") }} as subscription_id,
        {{ read_text("fields.status") }} as order_status,
        {{ read_text("fields.currency") }} as native_currency,
        {{ read_text("fields.billing_reason") }} as billing_reason,
        {{ read_text("fields.platform_fee_currency") }} as platform_fee_currency,
        {{ read_integer("fields.net_amount") }} as net_minor,
        {{ read_integer("fields.subtotal_amount") }} as subtotal_minor,
        {{ read_integer("fields.discount_amount") }} as discount_minor,
        {{ read_integer("fields.tax_amount") }} as tax_minor,
        {{ read_integer("fields.total_amount") }} as total_minor,
        {{ read_integer("fields.applied_balance_amount") }} as applied_balance_minor,
        {{ read_integer("fields.refunded_amount") }} as refunded_minor,
        {{ read_integer("fields.platform_fee_amount") }} as platform_fee_minor,
        {{ read_boolean("fields.paid") }} as paid,
        {{ read_timestamp("fields.created_at") }} as created_at,
        {{ read_timestamp("fields.modified_at") }} as modified_at,
        {{ customer_object_columns() }}
    from cut

),

judged as (

    select
        *,
        case
            {{ record_reasons(new_loads, unique_key_places) }}
            {{ required_reason("id", "order_id") }}
            {{ required_reason("customer_id", "customer_id") }}
            {{ reserved_customer_reason() }}
            {{ optional_reason("product_id", "product_id") }}
            {{ optional_reason("subscription_id", "subscription_id") }}
            {{ required_reason("status", "order_status") }}
            {{ required_reason("currency", "native_currency") }}
            {{ optional_reason("billing_reason", "billing_reason") }}
            {{ optional_reason("platform_fee_currency", "platform_fee_currency") }}
            {{ required_reason("created_at", "created_at") }}
            {{ optional_reason("modified_at", "modified_at") }}
            {{ future_reason("created_at", "created_at") }}
            {{ future_reason("modified_at", "modified_at") }}
            {{ required_reason("net_amount", "net_minor") }}
            {{ optional_reason("subtotal_amount", "subtotal_minor") }}
            {{ optional_reason("discount_amount", "discount_minor") }}
            {{ optional_reason("tax_amount", "tax_minor") }}
            {{ optional_reason("total_amount", "total_minor") }}
            {{ optional_reason("applied_balance_amount", "applied_balance_minor") }}
            {{ optional_reason("refunded_amount", "refunded_minor") }}
            {{ optional_reason("platform_fee_amount", "platform_fee_minor") }}
            {{ optional_reason("paid", "paid") }}
        end as reject_reason
    from typed

),

listed as (

    select
        raw_row_number,
        load_number,
        line_number,
        order_id,
        customer_id,
        product_id,
        subscription_id,
        order_status,
        native_currency,
        billing_reason,
        platform_fee_currency,
        net_minor,
        subtotal_minor,
        discount_minor,
        tax_minor,
        total_minor,
        applied_balance_minor,
        refunded_minor,
        platform_fee_minor,
        paid,
        {{ customer_object_column_names() | join(", ") }},
        reject_reason,
        created_at,
        modified_at,
        loaded_at
    from judged

)

select * from listed
