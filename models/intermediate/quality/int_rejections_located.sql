{{ config(materialized="view") }}

-- One row per landed row that no staging model accepts, with the place it came from.

with rejections as (

    select * from {{ ref("int_event_rejections") }}
    union all
    select * from {{ ref("int_version_rejections") }}

),

loads as (

    select * from {{ ref("base_loads") }}

),

located as (

    select
        loads.source_system,
        loads.entity,
        loads.load_id,
        rejections.line_number,
        loads.source_file,
        rejections.reject_reason,
        rejections.raw_row_number
    from rejections
    inner join loads
        on rejections.load_number = loads.load_number

)

select * from located
