-- What orders of a subscription charge for usage, by metered price and the period that they settle:
-- the last one that had ended when the order was made (spec/polar.md 6.2).

with orders as (

    select
        order_id,
        subscription_id,
        lower(native_currency) as native_currency,
        {{ unnest_list("items") }} as item,
        created_at
    from {{ ref("stg_polar__orders") }}
    where subscription_id is not null and order_status not in ('draft', 'void')

),

typed as (

    select
        order_id,
        subscription_id,
        native_currency,
        {{ read_identifier("item.product_price_id") }} as price_id,
        {{ read_integer("item.amount") }} as amount_minor,
        created_at
    from orders

),

lines as (

    select
        order_id,
        subscription_id,
        native_currency,
        price_id,
        sum(amount_minor) as amount_minor,
        created_at
    from typed
    group by order_id, subscription_id, native_currency, price_id, created_at

),

product_prices as (

    select {{ unnest_list("prices") }} as price
    from {{ ref("stg_polar__products") }}

),

metered_prices as (

    select price_id
    from {{ ref("int_subscription_prices") }}
    union
    select {{ read_identifier("price.id") }} as price_id
    from product_prices
    where {{ read_text("price.amount_type") }} = 'metered_unit'

),

settling as (

    select
        lines.order_id,
        lines.subscription_id,
        lines.price_id,
        lines.native_currency,
        lines.amount_minor,
        periods.period_number
    from lines
    inner join metered_prices
        on lines.price_id = metered_prices.price_id
    inner join {{ ref("int_subscription_periods") }} as periods
        on
            lines.subscription_id = periods.subscription_id
            and (lines.created_at >= periods.period_end or periods.period_number = 1)
    qualify
        row_number() over (
            partition by lines.order_id, lines.price_id
            order by periods.period_number desc
        ) = 1

),

summed as (

    select
        subscription_id,
        price_id,
        period_number,
        min(native_currency) as native_currency,
        sum(amount_minor) as amount_minor,
        count(*) as order_count
    from settling
    group by subscription_id, price_id, period_number

)

select * from summed
