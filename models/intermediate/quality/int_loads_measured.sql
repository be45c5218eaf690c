{{ config(materialized="view") }}

-- One row per landed file: how many of its values lost digits, and how late its events were.

with loads as (

    select * from {{ ref("base_loads") }}

),

event_statistics as (

    select * from {{ ref("int_event_load_statistics") }}

),

rounded_costs as (

    select
        load_number,
        cast(sum(rounded_count) as bigint) as rounded_count
    from {{ ref("int_cost_load_statistics") }}
    group by load_number

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

measured as (

    select
        loads.*,
        coalesce(rounded_costs.rounded_count, rounded_rates.rounded_count, 0) as rounded_count,
        event_statistics.lateness_seconds_p50,
        event_statistics.lateness_seconds_p90,
        event_statistics.lateness_seconds_p99
    from loads
    left outer join event_statistics
        on loads.load_number = event_statistics.load_number
    left outer join rounded_costs
        on loads.load_number = rounded_costs.load_number
    left outer join rounded_rates
        on loads.load_number = rounded_rates.load_number

)

select * from measured
