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

{% set is_replaced = on_days("occurred_at", touched_days) ~ " or " ~ is_of_changed_metric(news) %}

-- Replaced like costs_daily, whose rows these are once more for each dimension of their metric.
-- Events share their combinations of values, so each combination is taken apart once.
with cost_events as (

    select *, {{ local_date("occurred_at") }} as date_day
    from {{ ref("cost_events") }}
    where {{ is_replaced }}

),

combinations as (

    select distinct dimensions
    from {{ ref("cost_events") }}
    where {{ is_replaced }}

),

dimension_values as (

    select
        dimensions,
        {{ unnest_json_object("dimensions", "dimension_name", "dimension_value") }}
    from combinations

),

summed as (

    select
        cost_events.cost_metric_id,
        dimension_values.dimension_name,
        coalesce(dimension_values.dimension_value, '(none)') as dimension_value,
        cost_events.customer_id,
        cast(sum(cost_events.cost_amount) as {{ type_money() }}) as cost_amount,
        count(*) as event_count,
        count(*) - count(cost_events.cost_amount) as unconverted_count,
        cost_events.date_day
    from cost_events
    inner join dimension_values
        on cost_events.dimensions = dimension_values.dimensions
    group by
        cost_events.cost_metric_id,
        dimension_values.dimension_name,
        coalesce(dimension_values.dimension_value, '(none)'),
        cost_events.customer_id,
        cost_events.date_day

)

select * from summed
