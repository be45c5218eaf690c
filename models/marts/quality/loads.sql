with loads as (

    select * from {{ ref("int_loads_measured") }}

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
        loads.rounded_count,
        loads.lateness_seconds_p50,
        loads.lateness_seconds_p90,
        loads.lateness_seconds_p99,
        loads.loaded_at
    from loads
    left outer join rejections
        on loads.load_id = rejections.load_id

)

select * from counted
