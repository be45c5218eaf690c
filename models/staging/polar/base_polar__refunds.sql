{{ config(
    materialized="incremental",
    incremental_strategy="append",
    pre_hook="{{ clear_without_watermark() }}",
    post_hook="{{ record_watermark() }}",
) }}

{% set field_list = [
    {"field": "id", "column": "refund_id", "kind": "identifier", "is_required": true},
    {"field": "order_id", "column": "order_id", "kind": "identifier", "is_required": true},
    {"field": "subscription_id", "column": "subscription_id", "kind": "identifier"},
    {"field": "customer_id", "column": "customer_id", "kind": "identifier"},
    {"field": "status", "column": "refund_status", "kind": "text", "is_required": true},
    {"field": "currency", "column": "native_currency", "kind": "text", "is_required": true},
    {"field": "reason", "column": "refund_reason", "kind": "text"},
    {"field": "amount", "column": "refunded_minor", "kind": "integer", "is_required": true},
    {"field": "tax_amount", "column": "refunded_tax_minor", "kind": "integer"},
    {"field": "created_at", "column": "created_at", "kind": "timestamp", "is_required": true},
    {"field": "modified_at", "column": "modified_at", "kind": "timestamp"},
] %}
{% set unique_key_places = ["$"] %}
{% set new_loads = get_new_loads("polar", "refunds", unique_key_places) %}

with landed as (

    {{ landed_rows(source("polar", "refunds"), new_loads) }}

),

cut as (

    select
        *,
        {{ cut_json("valid_record", field_structure(field_list)) }} as fields
    from landed

),

typed as (

    select
        *,
        {{ typed_columns(field_list) }}
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
        reject_reason,
        loaded_at
    from judged

)

select * from listed
