-- One row per subscription whose cancellation stands: the latest that was not taken back
-- (spec/polar.md 8.2, Cancellations). What Polar's events name goes by them alone.

with told as (

    select * from {{ ref("int_lifecycle_events") }}
    where starts_with(event_name, 'subscription.') and subscription_id is not null

),

events as (

    select
        *,
        coalesce(canceled_at, occurred_at) as canceled_from
    from told
    where occurred_at <= {{ as_of_instant() }}

),

latest as (

    select
        subscription_id,
        cancellation_reason,
        canceled_from as canceled_at
    from events
    where event_name = 'subscription.canceled'
    qualify
        row_number() over (
            partition by subscription_id
            order by canceled_from desc, occurred_at desc, ingested_at desc, event_id desc
        ) = 1

),

taken_back as (

    select
        subscription_id,
        max(occurred_at) as taken_back_at
    from events
    where event_name in ('subscription.uncanceled', 'subscription.reinstated')
    group by subscription_id

),

from_events as (

    select latest.*
    from latest
    left outer join taken_back
        on latest.subscription_id = taken_back.subscription_id
    where taken_back.taken_back_at is null or taken_back.taken_back_at <= latest.canceled_at

),

from_records as (

    select
        subscription_id,
        cancellation_reason,
        canceled_at
    from {{ ref("int_subscriptions_spread_monthly") }}
    where
        canceled_at is not null
        and subscription_id not in (select told.subscription_id from told)

),

combined as (

    select * from from_events
    union all
    select * from from_records

),

listed as (

    select
        subscription_id,
        case
            when cancellation_reason in ({{ quote_list(cancellation_reasons()) }})
                then cancellation_reason
            else 'other'
        end as cancellation_reason,
        canceled_at
    from combined

)

select * from listed
