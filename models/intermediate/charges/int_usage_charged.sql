-- Usage that is charged, by subscription, price and period, as the meter aggregates it
-- (spec/polar.md 4).

with parts as (

    select * from {{ ref("int_usage_parts_charged") }}

),

values_seen as (

    select distinct
        subscription_id,
        price_id,
        period_number,
        {{ unnest_list("unique_value_hashes") }} as unique_value_hash
    from parts
    where aggregation = 'unique'

),

counted_values as (

    select
        subscription_id,
        price_id,
        period_number,
        count(*) as value_count
    from values_seen
    group by subscription_id, price_id, period_number

),

summed as (

    select
        subscription_id,
        price_id,
        period_number,
        aggregation,
        sum(event_count) as event_count,
        cast(sum(quantity_sum) as {{ type_quantity() }}) as quantity_sum,
        min(smallest_quantity) as smallest_quantity,
        max(largest_quantity) as largest_quantity,
        {{ field_of('max(latest)', 'quantity') }} as latest_quantity,
        max(last_received_at) as last_received_at
    from parts
    group by subscription_id, price_id, period_number, aggregation

),

measured as (

    select
        summed.subscription_id,
        summed.price_id,
        summed.period_number,
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
            and summed.period_number = counted_values.period_number

)

select * from measured
