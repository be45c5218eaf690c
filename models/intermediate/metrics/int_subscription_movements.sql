-- One row per subscription: when it moves what, by the current state of its record (spec/polar.md
-- 8.1, 8.2). `price_minor` is what a period costs, after discounts and without tax.

with subscriptions as (

    select * from {{ ref("int_subscriptions_spread_monthly") }}

),

listed as (

    select
        subscription_id,
        customer_id,
        currency,
        recurring_interval,
        interval_count,
        price_minor,
        monthly_minor,
        started_at,
        trial_ended_at,
        canceled_at,
        coalesce(ended_at, ends_at) as ended_at
    from subscriptions

)

select * from listed
