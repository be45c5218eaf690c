{{ config(
    materialized="incremental",
    incremental_strategy="append",
    pre_hook=[
        "{{ clear_without_watermark() }}",
        "{{ delete_changed_windows() }}",
    ],
    post_hook="{{ record_watermark() }}",
) }}

-- Usage as it counts against credits, up to the clock: by customer, meter, window between two
-- resets and day of receipt, how much what the window has consumed grew. For counts and sums that
-- is the day's usage; an average or a latest value may also fall (spec/polar.md 4 and 5.1).

{% set news = get_news() %}
{% set as_of = as_of_instant() %}

with daily as (

    {{ of_changed_windows(
        ref("int_credit_usage_daily"),
        news,
        "changed_rows.received_date >= " ~ local_date("changes.window_from")
    ) }}

),

received as (

    select * from daily
    where event_count > 0 and first_received_at <= {{ as_of }}

),

steps as (

    {{ of_changed_windows(ref("int_credit_steps_planned"), news) }}

),

resets as (

    select
        customer_id,
        meter_id,
        occurred_at as reset_at
    from steps
    where is_reset

),

-- Of days through which a reset or the clock cuts, single events are looked at.
cut_days as (

    select
        customer_id,
        meter_id,
        received_date
    from received
    where last_received_at > {{ as_of }}
    union
    select
        received.customer_id,
        received.meter_id,
        received.received_date
    from received
    inner join resets
        on
            received.customer_id = resets.customer_id
            and received.meter_id = resets.meter_id
            and received.received_date = {{ local_date("resets.reset_at") }}
    where
        received.first_received_at < resets.reset_at
        and received.last_received_at >= resets.reset_at

),

{{ split_parts("received", "cut_days") }},

timeline as (

    select
        customer_id,
        meter_id,
        aggregation,
        received_date,
        {{ usage_part_names() | join(", ") }},
        last_received_at as moment,
        false as is_reset
    from split
    union all
    select
        customer_id,
        meter_id,
        null as aggregation,
        null as received_date,
        {% for name in usage_part_names() %}
            null as {{ name }},
        {% endfor %}
        reset_at as moment,
        true as is_reset
    from resets

),

placed as (

    select
        *,
        {{ window_start("moment", "moment") }} as window_start
    from timeline

),

-- The day on which the first changed window begins may have usage of the one before it.
changed as (

    {{ of_changed_windows("placed", news) }}

),

parts as (

    select * from changed
    where not is_reset

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

summed as (

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
        max(last_received_at) as last_received_at,
        max(last_occurred_at) as last_occurred_at
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
        last_received_at,
        last_occurred_at
    from summed
    where aggregation in ('count', 'sum')

),

accumulated as (

    select
        summed.customer_id,
        summed.meter_id,
        summed.window_start,
        summed.received_date,
        cast(
            case summed.aggregation
                when 'avg'
                    then {{ divide_exactly(
                        "cast(sum(summed.quantity_sum) over so_far as " ~ type_quantity() ~ ")",
                        "cast(sum(summed.event_count) over so_far as " ~ type_quantity() ~ ")"
                    ) }}
                when 'min' then min(summed.smallest_quantity) over so_far
                when 'max' then max(summed.largest_quantity) over so_far
                when 'unique' then sum(new_values.new_value_count) over so_far
                when 'latest' then {{ field_of('max(summed.latest) over so_far', 'quantity') }}
            end as {{ type_quantity() }}
        ) as consumed_units_so_far,
        summed.last_received_at,
        summed.last_occurred_at
    from summed
    left outer join new_values
        on
            summed.customer_id = new_values.customer_id
            and summed.meter_id = new_values.meter_id
            and summed.window_start = new_values.window_start
            and summed.received_date = new_values.received_date
    where summed.aggregation not in ('count', 'sum')
    window so_far as (
        partition by summed.customer_id, summed.meter_id, summed.window_start
        order by summed.received_date
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
        last_received_at,
        last_occurred_at
    from accumulated

),

combined as (

    select * from added
    union all
    select * from grown

)

select * from combined
