{{ config(
    materialized="incremental",
    incremental_strategy="append",
    pre_hook=[
        "{{ clear_without_watermark() }}",
        "{{ delete_changed_meters() }}",
        "{{ delete_touched_usage_months() }}",
    ],
    post_hook="{{ record_watermark() }}",
) }}

{% set news = get_news() %}
{% set days = get_touched_usage_days(news) %}

-- From events, not from days: what is unique, average or latest in a month is no sum of its days.
-- Whole months are computed anew.
with counted as (

    select
        *,
        cast(date_trunc('month', {{ local_date("occurred_at") }}) as date) as month_start_date
    from {{ ref("int_meter_events_counted") }}
    where
        event_source = 'user'
        and ({{ on_months("occurred_at", get_months(days)) }} or {{ is_of_changed_meter(news) }})

),

measured as (

    {{ measure_usage("counted", ["customer_id", "meter_id", "month_start_date"]) }}

),

listed as (

    select
        customer_id,
        meter_id,
        usage_quantity,
        event_count,
        month_start_date,
        {{ start_of_day("month_start_date") }} as period_start
    from measured

)

select * from listed
