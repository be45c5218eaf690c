-- Parts of usage with the subscription, the price and the period in which they are charged: the
-- first period whose end comes after the event's own time, and not before its receipt
-- (spec/polar.md 6.2).

{% set as_of = as_of_instant() %}

with daily as (

    select * from {{ ref("int_credit_usage_daily") }}
    where event_count > 0 and first_received_at <= {{ as_of }}

),

payers as (

    select * from {{ ref("int_usage_payers") }}
    where not is_trial

),

periods as (

    select * from {{ ref("int_subscription_periods") }}

),

bounds as (

    select
        payers.customer_id,
        payers.meter_id,
        periods.period_end as bound_at
    from payers
    inner join periods
        on payers.subscription_id = periods.subscription_id
    union
    select
        customer_id,
        meter_id,
        from_at as bound_at
    from payers
    union
    select
        customer_id,
        meter_id,
        to_at as bound_at
    from payers
    where to_at is not null

),

-- Of days through which a bound or the clock cuts, single events are looked at.
cut_days as (

    select
        customer_id,
        meter_id,
        received_date
    from daily
    where last_received_at > {{ as_of }} or last_occurred_at > last_received_at
    union
    select
        daily.customer_id,
        daily.meter_id,
        daily.received_date
    from daily
    inner join bounds
        on
            daily.customer_id = bounds.customer_id
            and daily.meter_id = bounds.meter_id
            and daily.received_date = {{ local_date("bounds.bound_at") }}
    where
        daily.first_received_at <= bounds.bound_at
        and daily.last_received_at >= bounds.bound_at

),

{{ split_parts("daily", "cut_days") }},

paid as (

    select
        split.*,
        payers.subscription_id,
        payers.price_id,
        greatest(split.last_occurred_at, split.last_received_at - interval 1 microsecond)
            as billed_at
    from split
    inner join payers
        on
            split.customer_id = payers.customer_id
            and split.meter_id = payers.meter_id
            and split.last_received_at >= payers.from_at
            and (split.last_received_at < payers.to_at or payers.to_at is null)

),

-- A period by each month that it touches, so that a part is compared with few of them.
period_months as (

    select
        subscription_id,
        period_number,
        {{ billed_from() }} as billed_from,
        period_end,
        {{ unnest_months(billed_from(), "period_end") }} as month_start_date
    from periods

),

charged as (

    select
        paid.subscription_id,
        paid.price_id,
        period_months.period_number,
        paid.meter_id,
        paid.aggregation,
        paid.{{ usage_part_names() | join(", paid.") }}
    from paid
    inner join period_months
        on
            paid.subscription_id = period_months.subscription_id
            and cast(date_trunc('month', paid.billed_at) as date) = period_months.month_start_date
            and paid.billed_at >= period_months.billed_from
            and paid.billed_at < period_months.period_end

)

select * from charged
