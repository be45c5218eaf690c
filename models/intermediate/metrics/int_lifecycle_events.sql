{{ config(
    materialized="incremental",
    incremental_strategy="append",
    pre_hook="{{ clear_without_watermark() }}",
    post_hook="{{ record_watermark() }}",
) }}

-- What Polar's own events say about the lives of orders and subscriptions: one row per `order.paid`
-- or `subscription.*` (spec/polar.md 1.6).

{% set new_loads = get_new_loads("polar", "events") %}
{% set metadata_names = [
    "order_id",
    "subscription_id",
    "applied_balance_amount",
    "started_at",
    "canceled_at",
    "ends_at",
    "customer_cancellation_reason",
] %}

with events as (

    select * from {{ ref("stg_polar__events") }}
    where
        raw_row_number >= {{ get_first_new_row() }}
        and event_source = 'system'
        and (event_name = 'order.paid' or starts_with(event_name, 'subscription.'))

),

{{ system_event_fields(metadata_names, new_loads) }},

listed as (

    select
        events.raw_row_number,
        events.event_id,
        events.event_name,
        {{ read_identifier("cut.fields.order_id") }} as order_id,
        {{ read_identifier("cut.fields.subscription_id") }} as subscription_id,
        {{ read_text("cut.fields.customer_cancellation_reason") }} as cancellation_reason,
        {{ read_integer("cut.fields.applied_balance_amount") }} as applied_balance_minor,
        {{ read_timestamp("cut.fields.started_at") }} as started_at,
        {{ read_timestamp("cut.fields.canceled_at") }} as canceled_at,
        {{ read_timestamp("cut.fields.ends_at") }} as ends_at,
        events.occurred_at,
        events.ingested_at
    from events
    inner join cut
        on events.raw_row_number = cut.raw_row_number

)

select * from listed
