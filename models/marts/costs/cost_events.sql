{{ config(
    materialized="incremental",
    incremental_strategy="delete+insert",
    unique_key=["event_id", "cost_metric_id"],
    pre_hook=[
        "{{ clear_without_watermark() }}",
        "{{ delete_changed_metrics() }}",
        "{{ delete_changed_verdicts() }}",
    ],
    post_hook="{{ record_watermark() }}",
) }}

{% set news = get_news() %}

-- Rows of new loads and of changed metrics, and older rows whose customer became known or whose
-- rate, verdict or trace changed.
with priced_events as (

    select
        *,
        {{ local_date("occurred_at") }} as date_day
    from {{ ref("int_cost_events_priced") }}
    where
        reject_reason is null
        and raw_row_number not in (
            select copies.raw_row_number from {{ ref("int_event_copies") }} as copies
        )
        and ({{ is_touched_cost(news) }} or {{ is_of_changed_metric(news) }})

),

customer_references as (

    select * from {{ ref("int_customer_references") }}

),

traces as (

    select * from {{ ref("int_event_traces") }}

),

rates as (

    select * from {{ ref("int_exchange_rates_daily") }}

),

converted as (

    select
        priced_events.event_id,
        priced_events.cost_metric_id,
        coalesce(customer_references.customer_id, priced_events.customer_reference) as customer_id,
        priced_events.event_name,
        coalesce(traces.trace_id, priced_events.event_id) as trace_id,
        priced_events.native_currency,
        priced_events.dimensions,
        priced_events.native_amount,
        case
            when priced_events.native_currency
                = {{ text_literal(get_settings()["reporting_currency"]) }}
                then priced_events.native_amount
            else {{ convert_amount("priced_events.native_amount", "rates.rate") }}
        end as cost_amount,
        priced_events.occurred_at,
        priced_events.ingested_at
    from priced_events
    left outer join customer_references
        on priced_events.customer_reference = customer_references.customer_reference
    left outer join traces
        on priced_events.raw_row_number = traces.raw_row_number
    left outer join rates
        on
            priced_events.native_currency = rates.currency
            and priced_events.date_day = rates.date_day

)

select * from converted
