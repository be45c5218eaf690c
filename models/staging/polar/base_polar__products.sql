{{ config(
    materialized="incremental",
    incremental_strategy="append",
    pre_hook="{{ clear_without_watermark() }}",
    post_hook="{{ record_watermark() }}",
) }}

{% set field_list = [
    {"field": "id", "column": "product_id", "kind": "identifier", "is_required": true},
    {"field": "name", "column": "product_name", "kind": "text", "is_required": true},
    {"field": "recurring_interval", "column": "recurring_interval", "kind": "text"},
    {"field": "recurring_interval_count", "column": "recurring_interval_count", "kind": "integer"},
    {"field": "meter_interval", "column": "meter_interval", "kind": "text"},
    {"field": "meter_interval_count", "column": "meter_interval_count", "kind": "integer"},
    {"field": "is_archived", "column": "is_archived", "kind": "boolean"},
    {"field": "created_at", "column": "created_at", "kind": "timestamp", "is_required": true},
    {"field": "modified_at", "column": "modified_at", "kind": "timestamp"},
] %}
{% set unique_key_places = ["$"] %}
{% set new_loads = get_new_loads("polar", "products", unique_key_places) %}

with landed as (

    {{ landed_rows(source("polar", "products"), new_loads) }}

),

cut as (

    select
        *,
        {{ cut_json("valid_record", dict(
            field_structure(field_list), prices=[price_structure()], benefits=[benefit_structure()]
        )) }} as fields
    from landed

),

typed as (

    select
        *,
        {{ typed_columns(field_list) }},
        {{ field_of("fields", "prices") }} as prices,
        {{ field_of("fields", "benefits") }} as benefits
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
        prices,
        benefits,
        reject_reason,
        loaded_at
    from judged

)

select * from listed
