{{ config(
    materialized="incremental",
    incremental_strategy="append",
    pre_hook="{{ clear_without_watermark() }}",
    post_hook="{{ record_watermark() }}",
) }}

{% set unique_key_places = ["$"] %}
{% set new_loads = get_new_loads("polar", "products", unique_key_places) %}

with landed as (

    {{ landed_rows(source("polar", "products"), new_loads) }}

),

cut as (

    select
        *,
        {{ cut_json("valid_record", {
            "id": "JSON",
            "name": "JSON",
            "recurring_interval": "JSON",
            "recurring_interval_count": "JSON",
            "is_archived": "JSON",
            "created_at": "JSON",
            "modified_at": "JSON",
        }) }} as fields
    from landed

),

typed as (

    select
        *,
        {{ read_identifier("fields.id") }} as product_id,
        {{ read_text("fields.name") }} as product_name,
        {{ read_text("fields.recurring_interval") }} as recurring_interval,
        {{ read_integer("fields.recurring_interval_count") }} as recurring_interval_count,
        {{ read_boolean("fields.is_archived") }} as is_archived,
        {{ read_timestamp("fields.created_at") }} as created_at,
        {{ read_timestamp("fields.modified_at") }} as modified_at
    from cut

),

judged as (

    select
        *,
        case
            {{ record_reasons(new_loads, unique_key_places) }}
            {{ required_reason("id", "product_id") }}
            {{ required_reason("name", "product_name") }}
            {{ optional_reason("recurring_interval", "recurring_interval") }}
            {{ required_reason("created_at", "created_at") }}
            {{ optional_reason("modified_at", "modified_at") }}
            {{ future_reason("created_at", "created_at") }}
            {{ future_reason("modified_at", "modified_at") }}
            {{ optional_reason("recurring_interval_count", "recurring_interval_count") }}
            {{ optional_reason("is_archived", "is_archived") }}
        end as reject_reason
    from typed

),

listed as (

    select
        raw_row_number,
        load_number,
        line_number,
        product_id,
        product_name,
        recurring_interval,
        recurring_interval_count,
        is_archived,
        reject_reason,
        created_at,
        modified_at,
        loaded_at
    from judged

)

select * from listed
