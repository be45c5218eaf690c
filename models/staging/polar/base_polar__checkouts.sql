{{ config(
    materialized="incremental",
    incremental_strategy="append",
    pre_hook="{{ clear_without_watermark() }}",
    post_hook="{{ record_watermark() }}",
) }}

{% set field_list = [
    {"field": "id", "column": "checkout_id", "kind": "identifier", "is_required": true},
    {"field": "product_id", "column": "product_id", "kind": "identifier"},
    {"field": "customer_id", "column": "customer_id", "kind": "identifier"},
    {"field": "status", "column": "checkout_status", "kind": "text", "is_required": true},
    {"field": "created_at", "column": "created_at", "kind": "timestamp", "is_required": true},
    {"field": "modified_at", "column": "modified_at", "kind": "timestamp"},
    {"field": "opened_at", "column": "given_opened_at", "kind": "timestamp"},
] %}
{% set unique_key_places = ["$"] %}
{% set new_loads = get_new_loads("polar", "checkouts", unique_key_places) %}

with landed as (

    {{ landed_rows(source("polar", "checkouts"), new_loads) }}

),

cut as (

    select
        *,
        {{ cut_json("valid_record", dict(
            field_structure(field_list),
            analytics_metadata={"opened_at": "JSON"}
        )) }} as fields
    from landed

),

typed as (

    select
        *,
        {{ typed_columns(field_list) }},
        {{ read_timestamp("fields.analytics_metadata.opened_at") }} as embedded_opened_at
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
        checkout_id,
        product_id,
        customer_id,
        checkout_status,
        created_at,
        modified_at,
        -- Where Polar keeps it; a richer export may have it as a field.
        coalesce(given_opened_at, embedded_opened_at) as opened_at,
        reject_reason,
        loaded_at
    from judged

)

select * from listed
