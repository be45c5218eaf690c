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
{% set touched_days = get_touched_days(ref("int_cost_events_priced"), news) %}

-- Replaced like costs_daily, whose rows these are once more for each dimension of their metric.
with cost_events as (

    select *, {{ local_date("occurred_at") }} as date_day
    from {{ ref("cost_events") }}
    where {{ on_days("occurred_at", touched_days) }} or {{ is_of_changed_metric(news) }}

),

combined as (

    select
        cost_metric_id,
        customer_id,
        dimensions,
        sum(cost_amount) as cost_amount,
        count(*) as event_count,
        count(cost_amount) as converted_count,
        date_day
    from cost_events
    group by cost_metric_id, customer_id, dimensions, date_day

),

-- Events share their combinations of values: each combination is taken apart once.
combinations as (

    select distinct dimensions from combined

),

dimension_values as (

    select
        dimensions,
        {{ unnest_json_object("dimensions", "dimension_name", "dimension_value") }}
    from combinations

),

summed as (

    select
        combined.cost_metric_id,
        dimension_values.dimension_name,
        coalesce(dimension_values.dimension_value, '(none)') as dimension_value,
        combined.customer_id,
        cast(sum(combined.cost_amount) as {{ type_money() }}) as cost_amount,
        cast(sum(combined.event_count) as bigint) as event_count,
        cast(sum(combined.event_count) - sum(combined.converted_count) as bigint)
            as unconverted_count,
        combined.date_day
    from combined
    inner join dimension_values
        on combined.dimensions = dimension_values.dimensions
    group by
        combined.cost_metric_id,
        dimension_values.dimension_name,
        coalesce(dimension_values.dimension_value, '(none)'),
        combined.customer_id,
        combined.date_day

)

select * from summed
