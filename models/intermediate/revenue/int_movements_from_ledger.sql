-- Movements as the ledger has them: the settlement amount when that is in the reporting currency,
-- else what the customer was charged, without tax (spec/polar.md 7.2).

{% set reporting_currency = text_literal(get_settings()["reporting_currency"]) %}

with ledger as (

    -- Revenue events without an order are no revenue (spec/polar.md 7.3).
    select * from {{ ref("int_ledger_events") }}
    where movement_kind not in ('order', 'credit_order') or order_id is not null

),

orders as (

    select * from {{ ref("int_orders_settled") }}

),

external_ids as (

    select * from {{ ref("int_customer_external_ids") }}

),

valued as (

    select
        *,
        (
            coalesce(settlement_currency, '') <> {{ reporting_currency }}
            and movement_kind <> 'credit_order'
            and presentment_currency is not null
            and coalesce(net_minor, presentment_minor) is not null
        ) as is_valued_as_charged
    from ledger

),

movements as (

    select
        'ledger:' || valued.event_id as movement_id,
        coalesce(
            valued.customer_id,
            external_ids.customer_id,
            'external:' || valued.external_customer_id,
            'unattributed'
        ) as customer_id,
        valued.order_id,
        valued.refund_id,
        valued.movement_kind,
        case
            when valued.is_valued_as_charged then valued.presentment_currency
            else valued.settlement_currency
        end as native_currency,
        case
            when valued.movement_kind in ('order', 'credit_order')
                then coalesce(orders.fee_currency, valued.settlement_currency)
            else valued.settlement_currency
        end as fee_currency,
        case
            when not valued.is_valued_as_charged then valued.settlement_minor
            -- The charged amount of a refund or dispute may come without its sign.
            when valued.movement_kind in ('refund', 'dispute')
                then -abs(coalesce(valued.net_minor, valued.presentment_minor))
            else coalesce(valued.net_minor, valued.presentment_minor)
        end as native_minor,
        valued.fee_minor,
        valued.occurred_at,
        coalesce(
            valued.order_created_at,
            orders.created_at,
            case when valued.movement_kind in ('order', 'credit_order') then valued.occurred_at end
        ) as order_created_at
    from valued
    left outer join orders
        on valued.order_id = orders.order_id
    left outer join external_ids
        on
            valued.external_customer_id = external_ids.external_customer_id
            and valued.customer_id is null

)

select * from movements
