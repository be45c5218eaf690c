-- From when to when each subscription runs, and by what steps its periods follow each other
-- (spec/polar.md 10). One that never started, or has no interval, has no periods.

with subscriptions as (

    select * from {{ ref("stg_polar__subscriptions") }}

),

products as (

    select * from {{ ref("stg_polar__products") }}

),

-- Usage is settled by the product's own interval where it has one (spec/polar.md 5.4).
stepped as (

    select
        subscriptions.subscription_id,
        subscriptions.customer_id,
        subscriptions.product_id,
        subscriptions.subscription_status,
        coalesce(
            products.meter_interval,
            subscriptions.embedded_meter_interval,
            subscriptions.recurring_interval
        ) as step_unit,
        case
            when products.meter_interval is not null then coalesce(products.meter_interval_count, 1)
            when subscriptions.embedded_meter_interval is not null
                then coalesce(subscriptions.embedded_meter_interval_count, 1)
            else coalesce(subscriptions.recurring_interval_count, 1)
        end as step_count,
        coalesce(products.meter_interval, subscriptions.embedded_meter_interval) is not null
            as has_meter_interval,
        subscriptions.current_period_start_at,
        case
            when subscriptions.trial_ended_at > subscriptions.started_at
                then subscriptions.trial_ended_at
        end as trial_ended_at,
        subscriptions.started_at,
        case when subscriptions.subscription_status = 'paused' then subscriptions.paused_at end
            as paused_at,
        least(subscriptions.ended_at, subscriptions.ends_at) as ended_at
    from subscriptions
    left outer join products
        on subscriptions.product_id = products.product_id

),

valid as (

    select
        *,
        coalesce(trial_ended_at, started_at) as anchored_at
    from stepped
    where
        started_at is not null
        and step_unit in ('day', 'week', 'month', 'year')
        and step_count between 1 and 10000

),

-- A period that starts on no step of the grid began a new grid: the subscription was resumed, or
-- its period was moved.
anchored as (

    select
        *,
        case
            when
                current_period_start_at > anchored_at
                and current_period_start_at <> {{ add_steps(
                    "anchored_at",
                    "step_unit",
                    "step_count * " ~ count_steps("anchored_at", "current_period_start_at", "step_unit", "step_count")
                ) }}
                then current_period_start_at
        end as anchored_anew_at
    from valid

),

-- Of all that decides when periods begin and end.
fingerprinted as (

    select
        *,
        {{ fingerprint([
            "customer_id", "step_unit", "step_count", "has_meter_interval", "started_at",
            "trial_ended_at", "anchored_anew_at", "paused_at", "ended_at",
        ]) }} as terms_fingerprint
    from anchored

)

select * from fingerprinted
