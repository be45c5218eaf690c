{{ config(
    materialized="incremental",
    incremental_strategy="append",
    pre_hook=[
        "{{ clear_without_watermark() }}",
        "{{ delete_changed_charges() }}",
    ],
    post_hook="{{ record_watermark() }}",
) }}

-- What orders of a subscription charge for usage, by metered price and the period that they settle:
-- the last one that had ended when the order was made (spec/polar.md 6.2).

{% set news = get_news() %}

with subscription_orders as (

    select * from {{ ref("stg_polar__orders") }}
    where subscription_id is not null and order_status not in ('draft', 'void')

),

orders as (

    {{ of_changed_charges("subscription_orders", news, "true") }}

),

settling as (

    select
        orders.order_id,
        orders.subscription_id,
        orders.replaced_from,
        lower(orders.native_currency) as native_currency,
        orders.items,
        max(periods.period_start) as period_start
    from orders
    inner join {{ ref("int_subscription_periods") }} as periods
        on
            orders.subscription_id = periods.subscription_id
            and (orders.created_at >= periods.period_end or periods.period_number = 1)
    group by
        orders.order_id,
        orders.subscription_id,
        orders.replaced_from,
        orders.native_currency,
        orders.items

),

itemized as (

    select
        order_id,
        subscription_id,
        native_currency,
        period_start,
        {{ unnest_list("items") }} as item
    from settling
    where period_start >= replaced_from

),

priced as (

    select
        order_id,
        subscription_id,
        native_currency,
        period_start,
        {{ read_identifier("item.product_price_id") }} as price_id,
        {{ read_integer("item.amount") }} as amount_minor
    from itemized

),

summed as (

    select
        priced.subscription_id,
        priced.price_id,
        priced.period_start,
        min(priced.native_currency) as native_currency,
        sum(priced.amount_minor) as amount_minor,
        count(distinct priced.order_id) as order_count
    from priced
    inner join {{ ref("int_metered_prices") }} as metered_prices
        on priced.price_id = metered_prices.price_id
    group by priced.subscription_id, priced.price_id, priced.period_start

)

select * from summed
