{{ config(
    materialized="incremental",
    incremental_strategy="append",
    pre_hook=["{{ clear_without_watermark() }}", "{{ delete_touched_trace_names() }}"],
    post_hook="{{ record_watermark() }}",
) }}

-- Traces at or above the 99th percentile of their name (spec/polar.md 9.3), for names of which any
-- trace is new or has changed. Compared at 12 decimals, those of the percentile. What cost nothing is
-- no outlier.
with traces as (

    select * from {{ ref("cost_traces") }}
    where
        event_source = 'user'
        and cost_amount <> 0
        and {{ is_touched_trace_name(get_news()) }}

),

compared as (

    select
        traces.trace_id,
        traces.event_name,
        traces.customer_id,
        traces.cost_amount,
        statistics.average as average_amount,
        statistics.p99 as p99_amount,
        {{ divide_exactly("traces.cost_amount", "cast(statistics.average as " ~ type_money() ~ ")") }} as ratio_to_average,
        traces.occurred_at
    from traces
    inner join {{ ref("cost_trace_statistics") }} as statistics
        on
            traces.event_name = statistics.event_name
            and round(traces.cost_amount, 12) >= statistics.p99

)

select * from compared
