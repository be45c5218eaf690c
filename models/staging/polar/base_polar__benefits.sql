{{ config(
    materialized="incremental",
    incremental_strategy="append",
    pre_hook="{{ clear_without_watermark() }}",
    post_hook="{{ record_watermark() }}",
) }}

{% set field_list = [
    {"field": "id", "column": "benefit_id", "kind": "identifier", "is_required": true},
    {"field": "type", "column": "benefit_type", "kind": "text", "is_required": true},
    {"field": "created_at", "column": "created_at", "kind": "timestamp", "is_required": true},
    {"field": "modified_at", "column": "modified_at", "kind": "timestamp"},
] %}
{% set unique_key_places = ["$"] %}
{% set new_loads = get_new_loads("polar", "benefits", unique_key_places) %}

with landed as (

    {{ landed_rows(source("polar", "benefits"), new_loads) }}

),

cut as (

    select
        *,
        {{ cut_json("valid_record", dict(
            field_structure(field_list), properties=benefit_structure()["properties"]
        )) }} as fields
    from landed

),

typed as (

    select
        *,
        {{ typed_columns(field_list) }},
        {{ field_of("fields", "properties") }} as properties
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
        properties,
        reject_reason,
        loaded_at
    from judged

)

select * from listed
