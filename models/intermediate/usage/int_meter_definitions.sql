-- Every definition of a meter as it was given, with what only SQL can say about it; whether it can
-- be compiled is judged by the macro `judge_meter`.

with given as (

    select
        {{ definition_columns(ref("meter_definitions"), [
            "meter_id", "meter_name", "filter_json", "aggregation", "value_path", "group_by_json",
        ]) }}
    from {{ ref("meter_definitions") }}

),

seeded as (

    select
        1 as definition_rank,
        'seed' as definition_source,
        meter_id,
        coalesce(meter_name, meter_id) as meter_name,
        filter_json,
        aggregation,
        value_path,
        group_by_json,
        cast(null as string) as archived_at_text,
        cast(null as timestamp) as archived_at
    from given

),

polar as (

    select
        2 as definition_rank,
        'polar/meters' as definition_source,
        meter_id,
        meter_name,
        filter_json,
        aggregation,
        value_path,
        cast(null as string) as group_by_json,
        archived_at_text,
        archived_at
    from {{ ref("stg_polar__meters") }}

),

-- What OpenMeter counts is a type of event: a filter of one clause.
openmeter as (

    select
        3 as definition_rank,
        'openmeter/meters' as definition_source,
        meter_id,
        meter_name,
        '{"conjunction": "and", "clauses": [{"property": "name", "operator": "eq", "value": '
        || {{ json_string("event_type") }} || '}]}' as filter_json,
        aggregation,
        value_path,
        group_by as group_by_json,
        archived_at_text,
        archived_at
    from {{ ref("stg_openmeter__meters") }}

),

combined as (

    select * from seeded
    union all
    select * from polar
    union all
    select * from openmeter

),

described as (

    select
        definition_rank,
        definition_source,
        meter_id,
        meter_name,
        filter_json,
        aggregation,
        value_path,
        group_by_json,
        archived_at_text,
        -- A text, which is how the definition travels to the macros that compile it.
        cast(archived_at as string) as archived_at,
        archived_at_text is null or archived_at is not null as is_readable_archived_at,
        group_by_json is null or {{ is_text_map("group_by_json") }} as is_readable_group_by,
        -- A seeded meter wins over a landed one; two rows of the seed with one id contradict each
        -- other.
        meter_id is not null
        and (
            definition_rank > min(definition_rank) over (partition by meter_id)
            or count(*) over (partition by meter_id, definition_rank) > 1
        ) as is_duplicate
    from combined

)

select * from described
