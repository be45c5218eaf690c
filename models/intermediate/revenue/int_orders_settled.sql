{{ config(materialized="view") }}

-- One row per order: whether it counts as revenue, and in which currencies (spec/polar.md 7.1).

with orders as (

    select * from {{ ref("stg_polar__orders") }}

),

settled as (

    select
        order_id,
        customer_id,
        product_id,
        subscription_id,
        order_status,
        billing_reason,
        lower(native_currency) as native_currency,
        lower(platform_fee_currency) as fee_currency,
        net_minor,
        coalesce(refunded_minor, 0) as refunded_minor,
        coalesce(platform_fee_minor, 0) as fee_minor,
        coalesce(is_paid, order_status in ('paid', 'refunded', 'partially_refunded')) as is_paid,
        created_at,
        modified_at
    from orders

)

select * from settled
