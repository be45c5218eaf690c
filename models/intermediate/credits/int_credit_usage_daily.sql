{{ config(
    materialized="incremental",
    incremental_strategy="append",
    pre_hook=[
        "{{ clear_without_watermark() }}",
        "{{ delete_changed_meters() }}",
        "{{ delete_touched_receipts('received_date') }}",
    ],
    post_hook="{{ record_watermark() }}",
) }}

-- What was received of a customer's meter on a day: its parts, from which usage since any reset can
-- be put together. Balances go by the time of receipt (spec/polar.md 5.1), charts by that of the
-- event.

{% set news = get_news() %}
{% set days = get_touched_receipt_days(news) %}

with counted as (

    select
        *,
        {{ local_date("ingested_at") }} as received_date
    from {{ ref("int_meter_events_counted") }}
    where
        event_source = 'user'
        and customer_id <> 'unattributed'
        and ({{ on_days("ingested_at", days) }} or {{ is_of_changed_meter(news) }})

),

measured as (

    select
        customer_id,
        meter_id,
        aggregation,
        received_date,
        {{ usage_parts() }}
    from counted
    group by customer_id, meter_id, aggregation, received_date

)

select * from measured
