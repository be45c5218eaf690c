{{ config(
    materialized="incremental",
    incremental_strategy="append",
    pre_hook=["{{ clear_without_watermark() }}", "{{ delete_touched_trace_names() }}"],
    post_hook="{{ record_watermark() }}",
) }}

-- Traces at or above the 99th percentile of their name (spec/polar.md 9.3), for names of which any
-- trace is new or has changed. What cost nothing is no outlier.
with traces as (

    select * from {{ ref("cost_traces") }}
    where
        event_source = 'user'
        and cost_amount is not null
        and {{ is_touched_trace_name(get_news()) }}

),

counted as (

    select
        event_name,
        sum(cost_amount) as total_amount,
        count(*) as trace_count
    from traces
    group by event_name

),

-- The percentile is rounded; all that may reach it is looked at in exact order. Where it is 0,
-- traces that cost nothing are the many at the bottom.
dearest as (

    select
        traces.*,
        by_name.average as average_amount,
        by_name.p99 as p99_amount,
        row_number() over (partition by traces.event_name order by traces.cost_amount desc) as place
    from traces
    inner join {{ ref("cost_trace_statistics") }} as by_name
        on
            traces.event_name = by_name.event_name
            and traces.cost_amount >= by_name.p99 - cast('0.000000000001' as decimal(12, 12))
            and (traces.cost_amount <> 0 or by_name.p99 < 0)

),

-- At or above the percentile are as many as there are from its place to the top, and their equals.
thresholds as (

    select
        counted.event_name,
        counted.trace_count,
        counted.total_amount,
        coalesce(dearest.cost_amount, 0) as least_amount
    from counted
    left outer join dearest
        on
            counted.event_name = dearest.event_name
            and dearest.place = {{ divide_whole("(counted.trace_count - 1)", 100) }} + 1

),

reached as (

    select
        dearest.trace_id,
        dearest.event_name,
        dearest.customer_id,
        dearest.cost_amount,
        dearest.average_amount,
        dearest.p99_amount,
        -- Divided by the mean before it was rounded.
        {{ divide_exactly(
            "cast(dearest.cost_amount * cast(thresholds.trace_count as decimal(19, 0)) as " ~ type_money() ~ ")",
            "thresholds.total_amount"
        ) }} as ratio_to_average,
        dearest.occurred_at
    from dearest
    inner join thresholds
        on
            dearest.event_name = thresholds.event_name
            and dearest.cost_amount >= thresholds.least_amount
    where dearest.cost_amount <> 0

)

select * from reached
