{{ config(materialized="table") }}

-- Usage as it counts against credits: by customer, meter, window between two resets and day of
-- receipt, how much what the window has consumed grew. For counts and sums that is the day's usage;
-- an average or a latest value may also fall (spec/polar.md 4 and 5.1).

with parts as (

    select * from {{ ref("int_credit_usage_parts") }}

),

-- A value is new on the day on which the window sees it first.
values_seen as (

    select
        customer_id,
        meter_id,
        window_start,
        {{ unnest_list("unique_value_hashes") }} as unique_value_hash,
        received_date
    from parts
    where aggregation = 'unique'

),

first_seen as (

    select
        customer_id,
        meter_id,
        window_start,
        unique_value_hash,
        min(received_date) as received_date
    from values_seen
    group by customer_id, meter_id, window_start, unique_value_hash

),

new_values as (

    select
        customer_id,
        meter_id,
        window_start,
        received_date,
        count(*) as new_value_count
    from first_seen
    group by customer_id, meter_id, window_start, received_date

),

daily as (

    select
        customer_id,
        meter_id,
        aggregation,
        window_start,
        received_date,
        sum(event_count) as event_count,
        sum(quantity_sum) as quantity_sum,
        min(smallest_quantity) as smallest_quantity,
        max(largest_quantity) as largest_quantity,
        max(latest) as latest,
        max(last_received_at) as last_received_at
    from parts
    group by customer_id, meter_id, aggregation, window_start, received_date

),

added as (

    select
        customer_id,
        meter_id,
        window_start,
        received_date,
        cast(
            case when aggregation = 'count' then event_count else quantity_sum end
            as {{ type_quantity() }}
        ) as consumed_units,
        last_received_at
    from daily
    where aggregation in ('count', 'sum')

),

accumulated as (

    select
        daily.customer_id,
        daily.meter_id,
        daily.window_start,
        daily.received_date,
        cast(
            case daily.aggregation
                when 'avg'
                    then {{ divide_exactly(
                        "cast(sum(daily.quantity_sum) over so_far as " ~ type_quantity() ~ ")",
                        "cast(sum(daily.event_count) over so_far as " ~ type_quantity() ~ ")"
                    ) }}
                when 'min' then min(daily.smallest_quantity) over so_far
                when 'max' then max(daily.largest_quantity) over so_far
                when 'unique' then sum(new_values.new_value_count) over so_far
                when 'latest' then {{ field_of('max(daily.latest) over so_far', 'quantity') }}
            end as {{ type_quantity() }}
        ) as consumed_units_so_far,
        daily.last_received_at
    from daily
    left outer join new_values
        on
            daily.customer_id = new_values.customer_id
            and daily.meter_id = new_values.meter_id
            and daily.window_start = new_values.window_start
            and daily.received_date = new_values.received_date
    where daily.aggregation not in ('count', 'sum')
    window so_far as (
        partition by daily.customer_id, daily.meter_id, daily.window_start
        order by daily.received_date
        rows between unbounded preceding and current row
    )

),

grown as (

    select
        customer_id,
        meter_id,
        window_start,
        received_date,
        consumed_units_so_far - coalesce(
            lag(consumed_units_so_far) over (
                partition by customer_id, meter_id, window_start
                order by received_date
            ),
            0
        ) as consumed_units,
        last_received_at
    from accumulated

),

combined as (

    select * from added
    union all
    select * from grown

)

select * from combined
