-- Every seat with who pays for it: the customer of its subscription, else of its order
-- (spec/polar.md 8.2, Seats).

with seats as (

    select * from {{ ref("stg_polar__customer_seats") }}

),

subscriptions as (

    select
        subscription_id,
        customer_id
    from {{ ref("stg_polar__subscriptions") }}

),

orders as (

    select
        order_id,
        customer_id
    from {{ ref("stg_polar__orders") }}

),

paid_for as (

    select
        seats.customer_seat_id,
        coalesce(subscriptions.customer_id, orders.customer_id) as payer_id,
        seats.created_at,
        seats.claimed_at,
        seats.revoked_at
    from seats
    left outer join subscriptions
        on seats.subscription_id = subscriptions.subscription_id
    left outer join orders
        on seats.order_id = orders.order_id

)

select * from paid_for
