{{ config(materialized="view") }}

-- One row per landed file: how many of its values lost digits, and how late its events were.

with loads as (

    select * from {{ ref("base_loads") }}

),

event_statistics as (

    select * from {{ ref("int_event_load_statistics") }}

),

rounded_values as (

    select
        load_number,
        rounded_count
    from {{ ref("int_cost_load_statistics") }}
    union all
    select
        load_number,
        rounded_count
    from {{ ref("int_meter_load_statistics") }}
    union all
    select
        load_number,
        1 as rounded_count
    from {{ ref("base_reference__exchange_rates") }}
    where
        is_rounded
        and reject_reason is null

),

rounded_by_load as (

    select
        load_number,
        cast(sum(rounded_count) as bigint) as rounded_count
    from rounded_values
    group by load_number

),

measured as (

    select
        loads.*,
        coalesce(rounded_by_load.rounded_count, 0) as rounded_count,
        event_statistics.lateness_seconds_p50,
        event_statistics.lateness_seconds_p90,
        event_statistics.lateness_seconds_p99
    from loads
    left outer join event_statistics
        on loads.load_number = event_statistics.load_number
    left outer join rounded_by_load
        on loads.load_number = rounded_by_load.load_number

)

select * from measured
