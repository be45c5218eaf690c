-- Orders in the reporting currency, by the revenue movements that name them; an order that only the
-- ledger knows has no attributes of its own.

with orders as (

    select * from {{ ref("int_orders_settled") }}

),

movements as (

    select
        *,
        {{ movement_component() }} as component
    from {{ ref("revenue_movements") }}
    where order_id is not null

),

amounts as (

    select
        order_id,
        component,
        amount,
        case when amount is null then 1 else 0 end as unconverted_count
    from movements
    union all
    select
        order_id,
        'fee' as component,
        fee_amount as amount,
        case when fee_amount is null and amount is not null then 1 else 0 end as unconverted_count
    from movements
    where fee_amount <> 0 or fee_amount is null

),

order_ids as (

    select
        order_id,
        customer_id
    from orders
    union all
    select
        movements.order_id,
        min(movements.customer_id) as customer_id
    from movements
    left outer join orders
        on movements.order_id = orders.order_id
    where orders.order_id is null
    group by movements.order_id

),

summed as (

    select
        order_ids.order_id,
        order_ids.customer_id,
        {{ profit_sums() }}
    from order_ids
    left outer join amounts
        on order_ids.order_id = amounts.order_id
    group by order_ids.order_id, order_ids.customer_id

),

described as (

    select
        summed.order_id,
        summed.customer_id,
        orders.product_id,
        orders.subscription_id,
        orders.order_status,
        orders.billing_reason,
        orders.native_currency,
        summed.revenue_amount,
        -summed.refund_amount as refunded_amount,
        summed.dispute_amount,
        summed.fee_amount,
        summed.net_revenue_amount,
        summed.unconverted_count,
        orders.created_at,
        orders.modified_at
    from summed
    left outer join orders
        on summed.order_id = orders.order_id

)

select * from described
