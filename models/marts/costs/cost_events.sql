{{ config(
    materialized="incremental",
    incremental_strategy="delete+insert",
    unique_key=["event_id", "cost_metric_id"],
    pre_hook="{{ clear_without_watermark() }}",
    post_hook="{{ record_watermark() }}",
) }}

{% set news = get_news() %}

-- Rows of new loads, and older rows whose customer became known or whose rate changed.
with priced_events as (

    select
        *,
        {{ local_date("occurred_at") }} as date_day
    from {{ ref("int_cost_events_priced") }}
    where
        reject_reason is null
        and ({{ is_touched(news) }})

),

external_ids as (

    select * from {{ ref("int_customer_external_ids") }}

),

rates as (

    select * from {{ ref("int_exchange_rates_daily") }}

),

converted as (

    select
        priced_events.event_id,
        priced_events.cost_metric_id,
        coalesce(
            priced_events.customer_id,
            external_ids.customer_id,
            'external:' || priced_events.external_customer_id,
            'unattributed'
        ) as customer_id,
        priced_events.event_name,
        -- Until traces are built, every event is the root of its own.
        priced_events.event_id as trace_id,
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
    left outer join external_ids
        on
            priced_events.external_customer_id = external_ids.external_customer_id
            and priced_events.customer_id is null
    left outer join rates
        on
            priced_events.native_currency = rates.currency
            and priced_events.date_day = rates.date_day

)

select * from converted
