{{ config(
    materialized="incremental",
    incremental_strategy="delete+insert",
    unique_key="load_id",
    pre_hook="{{ clear_without_watermark() }}",
    post_hook="{{ record_watermark() }}",
) }}

-- Verdicts on events are final, so only new loads are read. A new version of another record can
-- supersede a row of an older load, but a rejected row never comes back, so whole loads are
-- replaced and none can be left behind.

with event_rejections as (

    select * from {{ ref("int_event_rejections") }}
    where raw_row_number >= {{ get_first_new_row() }}

),

version_rejections as (

    select * from {{ ref("int_version_rejections") }}

),

combined as (

    select * from event_rejections
    union all
    select * from version_rejections

),

described as (

    select
        loads.source_system,
        loads.entity,
        loads.load_id,
        combined.line_number,
        loads.source_file,
        combined.reject_reason
    from combined
    inner join {{ ref("base_loads") }} as loads
        on combined.load_number = loads.load_number

)

select * from described
