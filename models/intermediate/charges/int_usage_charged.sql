{{ config(
    materialized="incremental",
    incremental_strategy="append",
    pre_hook=[
        "{{ clear_without_watermark() }}",
        "{{ delete_changed_charges() }}",
    ],
    post_hook="{{ record_watermark() }}",
) }}

-- Usage that is charged, by subscription, price and period, as the meter aggregates it: in the
-- first period whose end comes after the event's own time, and not before its receipt
-- (spec/polar.md 4 and 6.2).

{% set news = get_news() %}
{% set as_of = as_of_instant() %}

with periods as (

    {{ of_changed_charges(ref("int_subscription_periods"), news) }}

),

all_payers as (

    select * from {{ ref("int_usage_payers") }}
    where not is_trial

),

payers as (

    {{ of_changed_charges("all_payers", news, "true") }}

),

-- Usage that none of these periods can take is left alone.
accounts as (

    select
        payers.customer_id,
        payers.meter_id,
        min({{ billed_from() }}) as counted_from
    from payers
    inner join periods
        on payers.subscription_id = periods.subscription_id
    group by payers.customer_id, payers.meter_id

),

daily as (

    select daily.*
    from {{ ref("int_credit_usage_daily") }} as daily
    inner join accounts
        on
            daily.customer_id = accounts.customer_id
            and daily.meter_id = accounts.meter_id
            and greatest(daily.last_occurred_at, daily.last_received_at) >= accounts.counted_from
    where daily.event_count > 0 and daily.first_received_at <= {{ as_of }}

),

bounds as (

    select
        payers.customer_id,
        payers.meter_id,
        periods.period_end as bound_at
    from payers
    inner join {{ ref("int_subscription_periods") }} as periods
        on
            payers.subscription_id = periods.subscription_id
            and payers.replaced_from <= periods.period_end
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
        period_start,
        {{ billed_from() }} as billed_from,
        period_end,
        {{ unnest_months(billed_from(), "period_end") }} as month_start_date
    from periods

),

parts as (

    select
        paid.subscription_id,
        paid.price_id,
        period_months.period_start,
        paid.aggregation,
        paid.{{ usage_part_names() | join(", paid.") }}
    from paid
    inner join period_months
        on
            paid.subscription_id = period_months.subscription_id
            and cast(date_trunc('month', paid.billed_at) as date) = period_months.month_start_date
            and paid.billed_at >= period_months.billed_from
            and paid.billed_at < period_months.period_end

),

values_seen as (

    select distinct
        subscription_id,
        price_id,
        period_start,
        {{ unnest_list("unique_value_hashes") }} as unique_value_hash
    from parts
    where aggregation = 'unique'

),

counted_values as (

    select
        subscription_id,
        price_id,
        period_start,
        count(*) as value_count
    from values_seen
    group by subscription_id, price_id, period_start

),

summed as (

    select
        subscription_id,
        price_id,
        period_start,
        aggregation,
        sum(event_count) as event_count,
        cast(sum(quantity_sum) as {{ type_quantity() }}) as quantity_sum,
        min(smallest_quantity) as smallest_quantity,
        max(largest_quantity) as largest_quantity,
        {{ field_of('max(latest)', 'quantity') }} as latest_quantity,
        max(last_received_at) as last_received_at
    from parts
    group by subscription_id, price_id, period_start, aggregation

),

measured as (

    select
        summed.subscription_id,
        summed.price_id,
        summed.period_start,
        cast(
            case summed.aggregation
                when 'count' then summed.event_count
                when 'sum' then summed.quantity_sum
                when 'avg'
                    then {{ divide_exactly(
                        "summed.quantity_sum",
                        "cast(summed.event_count as " ~ type_quantity() ~ ")"
                    ) }}
                when 'min' then summed.smallest_quantity
                when 'max' then summed.largest_quantity
                when 'unique' then counted_values.value_count
                when 'latest' then summed.latest_quantity
            end as {{ type_quantity() }}
        ) as consumed_units,
        summed.last_received_at
    from summed
    left outer join counted_values
        on
            summed.subscription_id = counted_values.subscription_id
            and summed.price_id = counted_values.price_id
            and summed.period_start = counted_values.period_start

)

select * from measured
