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

    select * from {{ ref("int_rejections_located") }}
    where
        entity <> 'events'
        or raw_row_number >= {{ get_first_new_row() }}

),

listed as (

    select
        source_system,
        entity,
        load_id,
        line_number,
        source_file,
        reject_reason
    from rejections

)

select * from listed
