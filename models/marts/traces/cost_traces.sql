{{ config(
    materialized="incremental",
    incremental_strategy="append",
    pre_hook=["{{ clear_without_watermark() }}", "{{ delete_touched_traces() }}"],
    post_hook="{{ record_watermark() }}",
) }}

-- Whole traces are computed anew: those of new roots, and those that the log of changes names. Most
-- events are a trace of their own, so only what hangs below a root is grouped.

{% set news = get_news() %}

with below as (

    select *
    from {{ ref("int_event_traces") }}
    where raw_row_number <> root_row_number

),

grouped as (

    select
        below.root_row_number,
        count(*) as event_count,
        max(below.depth) as depth,
        min(events.occurred_at) as started_at,
        max(events.occurred_at) as ended_at
    from below
    inner join {{ ref("int_events") }} as events
        on below.raw_row_number = events.raw_row_number
    where {{ is_touched_trace("below.root_row_number", news) }}
    group by below.root_row_number

),

roots as (

    select
        event_id,
        event_name,
        event_source,
        customer_reference,
        occurred_at,
        raw_row_number
    from {{ ref("int_events") }}
    where
        not is_copy
        and {{ is_touched_trace("raw_row_number", news) }}
        and raw_row_number not in (select below.raw_row_number from below)

),

costs as (

    select
        trace_id,
        sum(cost_amount) as cost_amount,
        sum(cost_amount) filter (where event_id = trace_id) as own_cost_amount,
        count(*) filter (where event_id = trace_id) as own_cost_count,
        count(*) - count(cost_amount) as unconverted_count
    from {{ ref("cost_events") }}
    {% if is_incremental() %}
        where trace_id in (select roots.event_id from roots)
    {% endif %}
    group by trace_id

),

customer_references as (

    select * from {{ ref("int_customer_references") }}

),

costed as (

    select
        roots.event_id as trace_id,
        roots.event_name,
        roots.event_source,
        coalesce(customer_references.customer_id, roots.customer_reference) as customer_id,
        1 + coalesce(grouped.event_count, 0) as event_count,
        coalesce(grouped.depth, 0) as depth,
        cast(
            case when costs.trace_id is null then 0 else costs.cost_amount end
            as {{ type_money() }}
        ) as cost_amount,
        cast(
            case when coalesce(costs.own_cost_count, 0) = 0 then 0 else costs.own_cost_amount end
            as {{ type_money() }}
        ) as own_cost_amount,
        coalesce(costs.unconverted_count, 0) as unconverted_count,
        roots.occurred_at,
        least(roots.occurred_at, grouped.started_at) as started_at,
        greatest(roots.occurred_at, grouped.ended_at) as ended_at
    from roots
    left outer join grouped
        on roots.raw_row_number = grouped.root_row_number
    left outer join costs
        on roots.event_id = costs.trace_id
    left outer join customer_references
        on roots.customer_reference = customer_references.customer_reference

)

select * from costed
