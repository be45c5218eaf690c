with loads as (

    select * from {{ ref("base_loads") }}

),

rejections as (

    select
        load_id,
        count(*) as rejected_count,
        count(*) filter (
            where reject_reason in ('duplicate_delivery', 'conflicting_duplicate')
        ) as duplicate_count
    from {{ ref("rejected_rows") }}
    group by load_id

),

event_statistics as (

    select * from {{ ref("int_event_load_statistics") }}

),

rounded_rates as (

    select
        load_number,
        count(*) as rounded_count
    from {{ ref("base_reference__exchange_rates") }}
    where
        is_rounded
        and reject_reason is null
    group by load_number

),

counted as (

    select
        loads.load_id,
        loads.source_system,
        loads.entity,
        loads.source_file,
        loads.row_count,
        loads.row_count - coalesce(rejections.rejected_count, 0) as accepted_count,
        coalesce(rejections.rejected_count, 0) as rejected_count,
        coalesce(rejections.duplicate_count, 0) as duplicate_count,
        coalesce(event_statistics.rounded_count, rounded_rates.rounded_count, 0) as rounded_count,
        event_statistics.lateness_seconds_p50,
        event_statistics.lateness_seconds_p90,
        event_statistics.lateness_seconds_p99,
        loads.loaded_at
    from loads
    left join rejections
        on loads.load_id = rejections.load_id
    left join event_statistics
        on loads.load_number = event_statistics.load_number
    left join rounded_rates
        on loads.load_number = rounded_rates.load_number

)

select * from counted
