-- Who was named by Polar's events in each hour of the last `hourly_metrics_days`, up to `as_of`.
-- The day that the clock cuts is looked at here, event by event.

with events as (

    select
        {{ start_of_hour("occurred_at") }} as hour_start_at,
        {{ local_date("occurred_at") }} as date_day,
        coalesce(customer_id, 'external:' || external_customer_id, 'unattributed')
            as customer_reference
    from {{ ref("stg_polar__events") }}
    where
        occurred_at >= {{ start_of_day(local_date(hourly_metrics_start())) }}
        and occurred_at <= {{ as_of_instant() }}

),

named as (

    select distinct
        hour_start_at,
        date_day,
        customer_reference
    from events

)

select * from named
