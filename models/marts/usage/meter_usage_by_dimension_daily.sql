{{ config(
    materialized="incremental",
    incremental_strategy="append",
    pre_hook=[
        "{{ clear_without_watermark() }}",
        "{{ delete_changed_meters() }}",
        "{{ delete_touched_usage('date_day') }}",
    ],
    post_hook="{{ record_watermark() }}",
) }}

{% set news = get_news() %}
{% set days = get_touched_usage_days(news) %}

-- Replaced like meter_usage_daily, whose events these are once more for each dimension of their
-- meter. Events share their combinations of values, so each combination is taken apart once.
with counted as (

    select
        *,
        {{ local_date("occurred_at") }} as date_day
    from {{ ref("int_meter_events_counted") }}
    where
        event_source = 'user'
        and dimensions is not null
        and ({{ on_days("occurred_at", days) }} or {{ is_of_changed_meter(news) }})

),

combinations as (

    select distinct dimensions
    from {{ ref("int_meter_events_matched") }}
    where
        dimensions is not null
        and ({{ on_days("occurred_at", days) }} or {{ is_of_changed_meter(news) }})

),

dimension_values as (

    select
        dimensions,
        {{ unnest_json_object("dimensions", "dimension_name", "dimension_value") }}
    from combinations

),

by_dimension as (

    select
        counted.*,
        dimension_values.dimension_name,
        coalesce(dimension_values.dimension_value, '(none)') as dimension_value
    from counted
    inner join dimension_values
        on counted.dimensions = dimension_values.dimensions

),

measured as (

    {{ measure_usage(
        "by_dimension", ["customer_id", "meter_id", "dimension_name", "dimension_value", "date_day"]
    ) }}

),

listed as (

    select
        customer_id,
        meter_id,
        dimension_name,
        dimension_value,
        usage_quantity,
        event_count,
        date_day
    from measured

)

select * from listed
