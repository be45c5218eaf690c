-- An order's amounts are the sums of the movements that name it; no movement names an order that is
-- not there.
with from_movements as (
    select
        order_id,
        sum(amount) filter (where ends_with(movement_kind, 'order')) as revenue_amount,
        -sum(amount) filter (where starts_with(movement_kind, 'refund')) as refunded_amount,
        sum(amount) filter (where starts_with(movement_kind, 'dispute')) as dispute_amount,
        sum(fee_amount) as fee_amount,
        sum(coalesce(amount, 0) - coalesce(fee_amount, 0)) as net_revenue_amount,
        count(*) filter (where amount is null or fee_amount is null) as unconverted_count
    from {{ ref('revenue_movements') }}
    where order_id is not null
    group by order_id
),

differing as (
    select
        coalesce(orders.order_id, from_movements.order_id) as order_id,
        orders.net_revenue_amount,
        from_movements.net_revenue_amount as moved_amount
    from from_movements
    full outer join {{ ref('orders') }} as orders
        on from_movements.order_id = orders.order_id
    where
        orders.order_id is null
        {% for name in ['revenue', 'refunded', 'dispute', 'fee', 'net_revenue'] %}
            or coalesce(orders.{{ name }}_amount, 0)
            <> coalesce(from_movements.{{ name }}_amount, 0)
        {% endfor %}
        or orders.unconverted_count <> coalesce(from_movements.unconverted_count, 0)
)

select * from differing
