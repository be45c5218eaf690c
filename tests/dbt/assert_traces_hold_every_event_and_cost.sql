-- Every accepted event is in one trace, and what its events cost is in the trace's day, day by day
-- of the root. Looks at days with a trace that is new or has changed since the test last passed;
-- `make audit` at all days.

{% set days = get_touched_trace_days(get_news()) %}

with traces as (
    select
        trace_id,
        event_count,
        cost_amount,
        unconverted_count,
        {{ local_date('occurred_at') }} as date_day
    from {{ ref('cost_traces') }}
    where {{ on_days('occurred_at', days) }}
),

from_traces as (
    select
        date_day,
        sum(event_count) as event_count,
        sum(cost_amount) as cost_amount,
        sum(unconverted_count) as unconverted_count
    from traces
    group by date_day
),

events as (
    select
        coalesce(links.trace_id, events.event_id) as trace_id,
        events.event_id
    from {{ ref('int_events') }} as events
    left outer join {{ ref('int_event_traces') }} as links
        on events.raw_row_number = links.raw_row_number
    where not events.is_copy
),

counted as (
    select
        traces.date_day,
        count(*) as event_count
    from events
    inner join traces
        on events.trace_id = traces.trace_id
    group by traces.date_day
),

costed as (
    select
        traces.date_day,
        sum(cost_events.cost_amount) as cost_amount,
        count(*) filter (where cost_events.cost_amount is null) as unconverted_count
    from {{ ref('cost_events') }} as cost_events
    inner join traces
        on cost_events.trace_id = traces.trace_id
    group by traces.date_day
),

differing as (
    select
        from_traces.date_day,
        from_traces.event_count,
        counted.event_count as expected_event_count,
        from_traces.cost_amount,
        costed.cost_amount as expected_cost_amount
    from from_traces
    left outer join counted
        on from_traces.date_day = counted.date_day
    left outer join costed
        on from_traces.date_day = costed.date_day
    where
        from_traces.event_count is distinct from counted.event_count
        or coalesce(from_traces.cost_amount, 0) <> coalesce(costed.cost_amount, 0)
        or from_traces.unconverted_count <> coalesce(costed.unconverted_count, 0)
)

select * from differing
