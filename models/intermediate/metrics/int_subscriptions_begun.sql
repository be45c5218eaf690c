-- When each subscription began: for orders, which are new or renewals by it, and as a new
-- subscription of `metrics_*`, which it is not when it ends in the period in which it began
-- (spec/polar.md 8.2). One of which Polar's events tell goes by
-- them alone.

with told as (

    select * from {{ ref("int_lifecycle_events") }}
    where starts_with(event_name, 'subscription.') and subscription_id is not null

),

events as (

    select * from told
    where occurred_at <= {{ as_of_instant() }}

),

begun as (

    select
        subscription_id,
        min(started_at) as started_at,
        min(occurred_at) filter (where event_name = 'subscription.created') as new_at
    from events
    group by subscription_id

),

latest as (

    select
        subscription_id,
        case event_name
            when 'subscription.revoked' then occurred_at
            when 'subscription.canceled' then coalesce(ends_at, canceled_at, occurred_at)
            else ends_at
        end as ended_at
    from events
    qualify
        row_number() over (
            partition by subscription_id
            order by occurred_at desc, ingested_at desc, event_id desc
        ) = 1

),

from_events as (

    select
        begun.subscription_id,
        begun.started_at,
        begun.new_at,
        latest.ended_at
    from begun
    inner join latest
        on begun.subscription_id = latest.subscription_id

),

from_records as (

    select
        subscription_id,
        started_at,
        started_at as new_at,
        coalesce(ended_at, canceled_at) as ended_at
    from {{ ref("int_subscription_movements") }}
    where
        started_at <= {{ as_of_instant() }}
        and subscription_id not in (select told.subscription_id from told)

),

combined as (

    select * from from_events
    union all
    select * from from_records

)

select * from combined
