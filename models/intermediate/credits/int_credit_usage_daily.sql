{{ config(
    materialized="incremental",
    incremental_strategy="append",
    pre_hook="{{ clear_without_watermark() }}",
    post_hook=[
        "{{ delete_replaced_receipts() }}",
        "{{ record_watermark() }}",
    ],
) }}

-- What was received of a customer's meter on a day: its parts, from which usage since any reset can
-- be put together. Balances go by the time of receipt (spec/polar.md 5.1), charts by that of the
-- event. `run_number` tells later models which rows are new.

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

),

{% if is_incremental() %}

    stored as (

        select
            customer_id,
            meter_id,
            aggregation,
            received_date
        from {{ this }}
        where
            event_count > 0
            and ({{ in_days("received_date", days) }} or {{ is_of_changed_meter(news) }})

    ),

    -- A day on which nothing is left stays as a row without events: it tells later models so.
    emptied as (

        select stored.*
        from stored
        left outer join measured
            on
                stored.customer_id = measured.customer_id
                and stored.meter_id = measured.meter_id
                and stored.received_date = measured.received_date
        where measured.customer_id is null

    ),

{% endif %}

listed as (

    select
        customer_id,
        meter_id,
        aggregation,
        received_date,
        {{ usage_part_names() | join(", ") }},
        {{ this_run_number() }} as run_number
    from measured
    {% if is_incremental() %}
        union all
        select
            customer_id,
            meter_id,
            aggregation,
            received_date,
            {% for name in usage_part_names() %}
                {{ "0" if name == "event_count" else "null" }} as {{ name }},
            {% endfor %}
            {{ this_run_number() }} as run_number
        from emptied
    {% endif %}

)

select * from listed
