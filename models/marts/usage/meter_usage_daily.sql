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

-- Whole days are computed anew: those of which an event is new or has changed, and all days of
-- changed meters.
with counted as (

    select
        *,
        {{ local_date("occurred_at") }} as date_day
    from {{ ref("int_meter_events_counted") }}
    where
        event_source = 'user'
        and ({{ on_days("occurred_at", days) }} or {{ is_of_changed_meter(news) }})

),

measured as (

    {{ measure_usage("counted", ["customer_id", "meter_id", "date_day"]) }}

),

listed as (

    select
        customer_id,
        meter_id,
        usage_quantity,
        event_count,
        date_day
    from measured

)

select * from listed
