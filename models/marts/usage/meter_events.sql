{{ config(
    materialized="incremental",
    incremental_strategy="append",
    pre_hook=[
        "{{ clear_without_watermark() }}",
        "{{ delete_changed_meters() }}",
        "{{ delete_touched_meter_events() }}",
    ],
    post_hook="{{ record_watermark() }}",
) }}

{% set news = get_news() %}

-- Rows of new loads and of changed meters, and older rows whose customer became known or whose
-- verdict changed.
with counted as (

    select
        event_id,
        meter_id,
        customer_id,
        event_source,
        dimensions,
        quantity,
        occurred_at,
        ingested_at
    from {{ ref("int_meter_events_counted") }}
    where {{ is_touched_event(news) }} or {{ is_of_changed_meter(news) }}

)

select * from counted
