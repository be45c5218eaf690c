{{ config(
    materialized="incremental",
    incremental_strategy="append",
    pre_hook="{{ clear_without_watermark() }}",
    post_hook="{{ record_watermark() }}",
) }}

-- Polar's revenue ledger: one row per balance event of an order, refund or dispute.

{% set new_loads = get_new_loads("polar", "events") %}

with events as (

    select
        *,
        case event_name
            when 'balance.order' then 'order'
            when 'balance.credit_order' then 'credit_order'
            when 'balance.refund' then 'refund'
            when 'balance.refund_reversal' then 'refund_reversal'
            when 'balance.dispute' then 'dispute'
            when 'balance.dispute_reversal' then 'dispute_reversal'
        end as movement_kind
    from {{ ref("stg_polar__events") }}
    where
        raw_row_number >= {{ get_first_new_row() }}
        and event_source = 'system'
        and starts_with(event_name, 'balance.')

),

payloads as (

    select
        payloads.raw_row_number,
        case when json_valid(payloads.record) then payloads.record end as valid_record
    from {{ ref("stg_polar__event_payloads") }} as payloads
    inner join events
        on payloads.raw_row_number = events.raw_row_number
    where
        {{ in_loads("payloads.raw_file", new_loads) }}
        and events.movement_kind is not null

),

cut as (

    select
        raw_row_number,
        {{ cut_json("valid_record", {"metadata": {
            "order_id": "JSON",
            "refund_id": "JSON",
            "subscription_id": "JSON",
            "order_created_at": "JSON",
            "amount": "JSON",
            "currency": "JSON",
            "net_amount": "JSON",
            "presentment_amount": "JSON",
            "presentment_currency": "JSON",
            "fee": "JSON",
            "exchange_rate": "DECIMAL(38,20)",
        }}) }}.metadata as fields
    from payloads

),

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
