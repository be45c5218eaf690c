{{ config(
    materialized="incremental",
    incremental_strategy="append",
    pre_hook=[
        "{{ clear_without_watermark() }}",
        "{{ delete_changed_charges() }}",
    ],
    post_hook="{{ record_watermark() }}",
) }}

-- What orders of a subscription charge for usage, by metered price and the period that they settle.

{% set news = get_news() %}

with settling as (

    {{ of_changed_charges(ref("int_orders_settling"), news) }}

),

itemized as (

    select
        settling.subscription_id,
        settling.period_start,
        lower(orders.native_currency) as native_currency,
        {{ unnest_list("orders.items") }} as item
    from settling
    inner join {{ ref("stg_polar__orders") }} as orders
        on settling.order_id = orders.order_id

),

priced as (

    select
        subscription_id,
        period_start,
        native_currency,
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
        sum(priced.amount_minor) as amount_minor
    from priced
    inner join {{ ref("int_metered_prices") }} as metered_prices
        on priced.price_id = metered_prices.price_id
    group by priced.subscription_id, priced.price_id, priced.period_start

)

select * from summed
