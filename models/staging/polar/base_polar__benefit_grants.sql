{{ config(
    materialized="incremental",
    incremental_strategy="append",
    pre_hook="{{ clear_without_watermark() }}",
    post_hook="{{ record_watermark() }}",
) }}

{% set field_list = [
    {"field": "id", "column": "benefit_grant_id", "kind": "identifier", "is_required": true},
    {"field": "customer_id", "column": "customer_id", "kind": "identifier", "is_required": true},
    {"field": "benefit_id", "column": "benefit_id", "kind": "identifier", "is_required": true},
    {"field": "subscription_id", "column": "subscription_id", "kind": "identifier"},
    {"field": "order_id", "column": "order_id", "kind": "identifier"},
    {"field": "is_granted", "column": "is_granted", "kind": "boolean"},
    {"field": "is_revoked", "column": "is_revoked", "kind": "boolean"},
    {"field": "created_at", "column": "created_at", "kind": "timestamp", "is_required": true},
    {"field": "modified_at", "column": "modified_at", "kind": "timestamp"},
    {"field": "granted_at", "column": "granted_at", "kind": "timestamp"},
    {"field": "revoked_at", "column": "revoked_at", "kind": "timestamp"},
] %}
{% set unique_key_places = ["$"] %}
{% set new_loads = get_new_loads("polar", "benefit_grants", unique_key_places) %}

with landed as (

    {{ landed_rows(source("polar", "benefit_grants"), new_loads) }}

),

cut as (

    select
        *,
        {{ cut_json("valid_record", dict(
            field_structure(field_list), benefit=benefit_structure()
        )) }} as fields
    from landed

),

typed as (

    select
        *,
        {{ typed_columns(field_list) }},
        {{ field_of("fields", "benefit") }} as benefit
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
        benefit,
        reject_reason,
        loaded_at
    from judged

)

select * from listed
