{{ config(
    materialized="incremental",
    incremental_strategy="append",
    pre_hook=["{{ clear_without_watermark() }}", "{{ delete_touched_traces() }}"],
    post_hook="{{ record_watermark() }}",
) }}

-- Whole traces are computed anew: those of new roots, and those that the log of changes names.

{% set news = get_news() %}

with linked as (

    select
        raw_row_number,
        root_row_number,
        depth
    from {{ ref("int_event_traces") }}
    where {{ is_touched_trace("root_row_number", news) }}

),

events as (

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
        and (
            {{ is_touched_trace("raw_row_number", news) }}
            or raw_row_number in (select linked.raw_row_number from linked)
        )

),

grouped as (

    select
        coalesce(linked.root_row_number, events.raw_row_number) as root_row_number,
        count(*) as event_count,
        max(coalesce(linked.depth, 0)) as depth,
        min(events.occurred_at) as started_at,
        max(events.occurred_at) as ended_at
    from events
    left outer join linked
        on events.raw_row_number = linked.raw_row_number
    group by coalesce(linked.root_row_number, events.raw_row_number)

),

roots as (

    select
        grouped.*,
        events.event_id as trace_id,
        events.event_name,
        events.event_source,
        coalesce(customer_references.customer_id, events.customer_reference) as customer_id,
        events.occurred_at
    from grouped
    inner join events
        on grouped.root_row_number = events.raw_row_number
    left outer join {{ ref("int_customer_references") }} as customer_references
        on events.customer_reference = customer_references.customer_reference

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
        where trace_id in (select roots.trace_id from roots)
    {% endif %}
    group by trace_id

),

costed as (

    select
        roots.trace_id,
        roots.event_name,
        roots.event_source,
        roots.customer_id,
        roots.event_count,
        roots.depth,
        cast(
            case
                when costs.trace_id is null then 0
                else costs.cost_amount
            end as {{ type_money() }}
        ) as cost_amount,
        cast(
            case
                when coalesce(costs.own_cost_count, 0) = 0 then 0
                else costs.own_cost_amount
            end as {{ type_money() }}
        ) as own_cost_amount,
        coalesce(costs.unconverted_count, 0) as unconverted_count,
        roots.occurred_at,
        roots.started_at,
        roots.ended_at
    from roots
    left outer join costs
        on roots.trace_id = costs.trace_id

)

select * from costed
