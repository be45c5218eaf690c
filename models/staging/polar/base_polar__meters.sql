{{ config(
    materialized="incremental",
    incremental_strategy="append",
    pre_hook="{{ clear_without_watermark() }}",
    post_hook="{{ record_watermark() }}",
) }}

-- Fields are kept as texts whatever they are: what makes no meter is named when definitions are
-- compiled, and must not hide the version of the meter that it replaces.

{% set unique_key_places = ["$", "$.filter", "$.aggregation"] %}
{% set new_loads = get_new_loads("polar", "meters", unique_key_places) %}

with landed as (

    {{ landed_rows(source("polar", "meters"), new_loads) }}

),

cut as (

    select
        *,
        {{ cut_json("valid_record", {
            "id": "JSON",
            "name": "JSON",
            "filter": "JSON",
            "aggregation": "JSON",
            "archived_at": "JSON",
            "created_at": "JSON",
            "modified_at": "JSON",
        }) }} as fields,
        {{ cut_json("valid_record", {
            "aggregation": {"func": "JSON", "property": "JSON"},
        }) }} as inner_fields
    from landed

),

typed as (

    select
        *,
        nullif({{ read_any_text("fields.id") }}, '') as meter_id,
        nullif({{ read_any_text("fields.name") }}, '') as given_name,
        {{ read_json("fields.filter") }} as filter_json,
        {{ read_json("fields.aggregation") }} as aggregation_json,
        {{ read_any_text("fields.aggregation") }} as aggregation_text,
        {{ read_any_text("inner_fields.aggregation.func") }} as aggregation_function,
        {{ read_definition_text("inner_fields.aggregation.property") }} as value_path,
        {{ read_any_text("fields.archived_at") }} as archived_at_text,
        {{ read_timestamp("fields.archived_at") }} as archived_at,
        {{ read_timestamp("fields.created_at") }} as created_at,
        {{ read_timestamp("fields.modified_at") }} as modified_at
    from cut

),

judged as (

    select
        *,
        case
            {{ record_reasons(new_loads, unique_key_places) }}
            when meter_id is null then 'missing_id'
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
        filter_json,
        -- Where an object leaves `func` out, `property` tells which of two kinds it is.
        case
            when not starts_with(aggregation_json, '{') then aggregation_text
            when aggregation_function is not null then aggregation_function
            when value_path is not null then 'unique'
            when aggregation_json is not null then 'count'
        end as aggregation,
        value_path,
        archived_at_text,
        archived_at,
        created_at,
        modified_at,
        reject_reason,
        loaded_at
    from judged

)

select * from listed
