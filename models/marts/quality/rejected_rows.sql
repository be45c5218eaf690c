{{ config(
    materialized="incremental",
    incremental_strategy="delete+insert",
    unique_key="load_id",
    pre_hook=["{{ clear_without_watermark() }}", "{{ delete_changed_verdicts('load_id') }}"],
    post_hook="{{ record_watermark() }}",
) }}

-- Of events only new loads are read, and older ones in which the verdict on a row has changed: such
-- a row may be rejected no longer, so the rows of these loads are deleted first, or a load with
-- none left would keep them. A new version of another record can supersede a row of an older load,
-- but a row rejected there never comes back, so replacing whole loads is enough.
with rejections as (

    select * from {{ ref("int_event_rejections") }}
    where
        raw_row_number >= {{ get_first_new_row() }}
        or {{ is_of_changed_verdict("load_number", get_news()) }}
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
