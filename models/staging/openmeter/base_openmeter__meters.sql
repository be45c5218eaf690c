{{ config(
    materialized="incremental",
    incremental_strategy="append",
    pre_hook="{{ clear_without_watermark() }}",
    post_hook="{{ record_watermark() }}",
) }}

-- Fields are kept as texts whatever they are: what makes no meter is named when definitions are
-- compiled, and must not hide the version of the meter that it replaces.

{% set unique_key_places = ["$", "$.groupBy"] %}
{% set new_loads = get_new_loads("openmeter", "meters", unique_key_places) %}

with landed as (

    {{ landed_rows(source("openmeter", "meters"), new_loads) }}

),

cut as (

    select
        *,
        {{ cut_json("valid_record", {
            "slug": "JSON",
            "id": "JSON",
            "name": "JSON",
            "eventType": "JSON",
            "valueProperty": "JSON",
            "aggregation": "JSON",
            "groupBy": "JSON",
            "createdAt": "JSON",
            "updatedAt": "JSON",
            "deletedAt": "JSON",
        }) }} as fields
    from landed

),

typed as (

    select
        *,
        coalesce(
            nullif({{ read_any_text("fields.slug") }}, ''),
            nullif({{ read_any_text("fields.id") }}, '')
        ) as meter_id,
        nullif({{ read_any_text("fields.name") }}, '') as given_name,
        nullif({{ read_definition_text("fields.eventType") }}, '') as event_type,
        {{ read_any_text("fields.aggregation") }} as aggregation,
        {{ read_definition_text("fields.valueProperty") }} as value_path,
        {{ read_json("fields.groupBy") }} as group_by,
        {{ read_any_text("fields.deletedAt") }} as archived_at_text,
        {{ read_timestamp("fields.deletedAt") }} as archived_at,
        {{ read_timestamp("fields.createdAt") }} as created_at,
        {{ read_timestamp("fields.updatedAt") }} as modified_at
    from cut

),

judged as (

    select
        *,
        case
            {{ record_reasons(new_loads, unique_key_places) }}
            when meter_id is null then 'missing_slug'
        end as reject_reason
    from typed

),

listed as (

    select
        raw_row_number,
        load_number,
        line_number,
        meter_id,
        coalesce(given_name, meter_id) as meter_name,
        event_type,
        aggregation,
        value_path,
        group_by,
        archived_at_text,
        archived_at,
        created_at,
        modified_at,
        reject_reason,
        loaded_at
    from judged

)

select * from listed
