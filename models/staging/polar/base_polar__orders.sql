{{ config(
    materialized="incremental",
    incremental_strategy="append",
    pre_hook="{{ clear_without_watermark() }}",
    post_hook="{{ record_watermark() }}",
) }}

{% set field_list = [
    {"field": "id", "column": "order_id", "kind": "identifier", "is_required": true},
    {"field": "customer_id", "column": "customer_id", "kind": "identifier", "is_required": true},
    {"field": "product_id", "column": "product_id", "kind": "identifier"},
    {"field": "subscription_id", "column": "subscription_id", "kind": "identifier"},
    {"field": "status", "column": "order_status", "kind": "text", "is_required": true},
    {"field": "currency", "column": "native_currency", "kind": "text", "is_required": true},
    {"field": "billing_reason", "column": "billing_reason", "kind": "text"},
    {"field": "platform_fee_currency", "column": "platform_fee_currency", "kind": "text"},
    {"field": "net_amount", "column": "net_minor", "kind": "integer", "is_required": true},
    {"field": "subtotal_amount", "column": "subtotal_minor", "kind": "integer"},
    {"field": "discount_amount", "column": "discount_minor", "kind": "integer"},
    {"field": "tax_amount", "column": "tax_minor", "kind": "integer"},
    {"field": "total_amount", "column": "total_minor", "kind": "integer"},
    {"field": "applied_balance_amount", "column": "applied_balance_minor", "kind": "integer"},
    {"field": "refunded_amount", "column": "refunded_minor", "kind": "integer"},
    {"field": "platform_fee_amount", "column": "platform_fee_minor", "kind": "integer"},
    {"field": "paid", "column": "is_paid", "kind": "boolean"},
    {"field": "created_at", "column": "created_at", "kind": "timestamp", "is_required": true},
    {"field": "modified_at", "column": "modified_at", "kind": "timestamp"},
] %}
{% set unique_key_places = ["$"] %}
{% set new_loads = get_new_loads("polar", "orders", unique_key_places) %}

with landed as (

    {{ landed_rows(source("polar", "orders"), new_loads) }}

),

cut as (

    select
        *,
        {{ cut_json("valid_record", dict(
            field_structure(field_list),
            customer=customer_object_structure(),
            items=[{"product_price_id": "JSON", "amount": "JSON", "proration": "JSON"}]
        )) }} as fields
    from landed

),

typed as (

    select
        *,
        {{ typed_columns(field_list) }},
        {{ customer_object_columns() }},
        {{ field_of("fields", "items") }} as items
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
        items,
        reject_reason,
        loaded_at
    from judged

)

select * from listed
