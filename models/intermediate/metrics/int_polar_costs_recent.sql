-- What Polar's events cost in each hour of the last `hourly_metrics_days`, up to `as_of`. The day
-- that the clock cuts is looked at here, event by event.

with costs as (

    select * from {{ ref("int_polar_costs") }}
    where
        occurred_at >= {{ start_of_day(local_date(hourly_metrics_start())) }}
        and occurred_at <= {{ as_of_instant() }}

),

summed as (

    select
        {{ start_of_hour("occurred_at") }} as hour_start_at,
        {{ local_date("occurred_at") }} as date_day,
        cast(sum(cost_cents) as {{ type_quantity() }}) as cost_cents
    from costs
    group by hour_start_at, date_day

)

select * from summed
