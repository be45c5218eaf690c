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

with rejections as (

    select * from {{ ref("int_event_rejections") }}
    where raw_row_number >= {{ get_first_new_row() }}
    union all
    select * from {{ ref("int_version_rejections") }}

),

loads as (

    select * from {{ ref("int_loads_measured") }}

),

located as (

    select
        loads.source_system,
        loads.entity,
        loads.load_id,
        rejections.line_number,
        loads.source_file,
        rejections.reject_reason
    from rejections
    inner join loads
        on rejections.load_number = loads.load_number

)

select * from located
