{{ config(
    materialized="incremental",
    incremental_strategy="append",
    pre_hook="{{ clear_without_watermark() }}",
    post_hook="{{ record_watermark() }}",
) }}

{% set unique_key_places = ["$"] %}
{% set new_loads = get_new_loads("polar", "customers", unique_key_places) %}

with landed as (

    {{ landed_rows(source("polar", "customers"), new_loads) }}

),

cut as (

    select
        *,
        {{ cut_json("valid_record", {
            "id": "JSON",
            "external_id": "JSON",
            "name": "JSON",
            "created_at": "JSON",
            "modified_at": "JSON",
            "deleted_at": "JSON",
        }) }} as fields
    from landed

),

typed as (

    select
        *,
        {{ read_identifier("fields.id") }} as customer_id,
        {{ read_text("fields.external_id") }} as external_customer_id,
        {{ read_text("fields.name") }} as customer_name,
        {{ read_timestamp("fields.created_at") }} as created_at,
        {{ read_timestamp("fields.modified_at") }} as modified_at,
        {{ read_timestamp("fields.deleted_at") }} as deleted_at
    from cut

),

judged as (

    select
        *,
        case
            {{ record_reasons(new_loads, unique_key_places) }}
            {{ required_reason("id", "customer_id") }}
            {{ reserved_customer_reason() }}
            {{ optional_reason("external_id", "external_customer_id") }}
            {{ optional_reason("name", "customer_name") }}
            {{ required_reason("created_at", "created_at") }}
            {{ optional_reason("modified_at", "modified_at") }}
            {{ optional_reason("deleted_at", "deleted_at") }}
            {{ future_reason("created_at", "created_at") }}
            {{ future_reason("modified_at", "modified_at") }}
        end as reject_reason
    from typed

),

listed as (

    select
        raw_row_number,
        load_number,
        line_number,
        customer_id,
        external_customer_id,
        customer_name,
        reject_reason,
        created_at,
        modified_at,
        deleted_at,
        loaded_at
    from judged

)

select * from listed
