{{ config(
    materialized="incremental",
    incremental_strategy="append",
    pre_hook=[
        "{{ clear_without_watermark() }}",
        "{{ delete_changed_metrics() }}",
        "{{ delete_touched_days() }}",
    ],
    post_hook="{{ record_watermark() }}",
) }}

{% set news = get_news() %}
{% set touched_days = get_touched_cost_days(news) %}

-- Whole days are computed anew: those of which any cost event is new or has changed, and all days
-- of changed metrics.
with cost_events as (

    select *, {{ local_date("occurred_at") }} as date_day
    from {{ ref("cost_events") }}
    where {{ on_days("occurred_at", touched_days) }} or {{ is_of_changed_metric(news) }}

),

summed as (

    select
        customer_id,
        cost_metric_id,
        cast(sum(cost_amount) as {{ type_money() }}) as cost_amount,
        count(*) as event_count,
        count(*) - count(cost_amount) as unconverted_count,
        date_day
    from cost_events
    group by customer_id, cost_metric_id, date_day

)

select * from summed
