{{ config(
    materialized="incremental",
    incremental_strategy="append",
    pre_hook="{{ clear_without_watermark() }}",
    post_hook="{{ record_watermark() }}",
) }}

-- Polar's revenue ledger: one row per balance event of an order, refund or dispute.

{% set new_loads = get_new_loads("polar", "events") %}
{% set metadata_names = [
    "order_id",
    "refund_id",
    "subscription_id",
    "order_created_at",
    "amount",
    "currency",
    "net_amount",
    "presentment_amount",
    "presentment_currency",
    "fee",
] %}

with events as (

    select
        *,
        replace(event_name, 'balance.', '') as movement_kind
    from {{ ref("stg_polar__events") }}
    where
        raw_row_number >= {{ get_first_new_row() }}
        and event_source = 'system'
        and event_name in (
            'balance.order',
            'balance.credit_order',
            'balance.refund',
            'balance.refund_reversal',
            'balance.dispute',
            'balance.dispute_reversal'
        )

),

{{ system_event_fields(metadata_names, new_loads, {"exchange_rate": "DECIMAL(38,20)"}) }},

listed as (

    select
        events.raw_row_number,
        events.event_id,
        events.movement_kind,
        events.customer_id,
        events.external_customer_id,
        {{ read_identifier("cut.fields.order_id") }} as order_id,
        {{ read_identifier("cut.fields.refund_id") }} as refund_id,
        {{ read_identifier("cut.fields.subscription_id") }} as subscription_id,
        lower({{ read_text("cut.fields.currency") }}) as settlement_currency,
        lower({{ read_text("cut.fields.presentment_currency") }}) as presentment_currency,
        {{ read_integer("cut.fields.amount") }} as settlement_minor,
        {{ read_integer("cut.fields.net_amount") }} as net_minor,
        {{ read_integer("cut.fields.presentment_amount") }} as presentment_minor,
        {{ read_integer_or("cut.fields.fee", 0) }} as fee_minor,
        -- A rate of 0 is none (spec/polar.md 7.3).
        nullif({{ field_of("cut.fields", "exchange_rate") }}, 0) as exchange_rate,
        {{ read_timestamp("cut.fields.order_created_at") }} as order_created_at,
        events.occurred_at
    from events
    inner join cut
        on events.raw_row_number = cut.raw_row_number

)

select * from listed
