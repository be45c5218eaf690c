-- Movements derived from order and refund records where the ledger has none (spec/polar.md, "What
-- we adopt"): a paid order, a refund that succeeded, and what an order says was refunded beyond the
-- refunds that are recorded.

with orders as (

    select * from {{ ref("int_orders_settled") }}

),

refunds as (

    select * from {{ ref("stg_polar__refunds") }}
    where refund_status = 'succeeded'

),

ledger as (

    select * from {{ ref("int_movements_from_ledger") }}

),

paid_orders as (

    select
        'order:' || order_id as movement_id,
        customer_id,
        order_id,
        'order' as movement_kind,
        native_currency,
        -- Polar settles in US dollars (spec/polar.md 7.1).
        coalesce(fee_currency, 'usd') as fee_currency,
        net_minor as native_minor,
        fee_minor,
        created_at as occurred_at,
        created_at as order_created_at
    from orders
    where
        is_paid
        and order_id not in (
            select ledger.order_id
            from ledger
            where ledger.movement_kind in ('order', 'credit_order')
        )

),

recorded_refunds as (

    select
        'refund:' || refunds.refund_id as movement_id,
        coalesce(refunds.customer_id, orders.customer_id, 'unattributed') as customer_id,
        refunds.order_id,
        'refund' as movement_kind,
        refunds.native_currency,
        cast(null as string) as fee_currency,
        -refunds.refunded_minor as native_minor,
        0 as fee_minor,
        refunds.created_at as occurred_at,
        orders.created_at as order_created_at
    from refunds
    left outer join orders
        on refunds.order_id = orders.order_id
    where
        refunds.refund_id not in (
            select ledger.refund_id
            from ledger
            where
                ledger.movement_kind = 'refund'
                and ledger.refund_id is not null
        )

),

refunded_by_order as (

    select
        order_id,
        sum(refunded_minor) as recorded_minor
    from refunds
    group by order_id

),

unrecorded_refunds as (

    select
        'refunded:' || orders.order_id as movement_id,
        orders.customer_id,
        orders.order_id,
        'refund' as movement_kind,
        orders.native_currency,
        cast(null as string) as fee_currency,
        coalesce(refunded_by_order.recorded_minor, 0) - orders.refunded_minor as native_minor,
        0 as fee_minor,
        coalesce(orders.modified_at, orders.created_at) as occurred_at,
        orders.created_at as order_created_at
    from orders
    left outer join refunded_by_order
        on orders.order_id = refunded_by_order.order_id
    where
        orders.refunded_minor > coalesce(refunded_by_order.recorded_minor, 0)
        and orders.order_id not in (
            select ledger.order_id
            from ledger
            where ledger.order_id is not null
        )

),

movements as (

    select * from paid_orders
    union all
    select * from recorded_refunds
    union all
    select * from unrecorded_refunds

)

select * from movements
