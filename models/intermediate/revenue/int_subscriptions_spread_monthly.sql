{{ config(materialized="view") }}

-- One row per subscription, its price spread over months as Polar does for MRR: rounded half away
-- from zero to the minor unit (spec/polar.md 8.2, monthly).

with subscriptions as (

    select
        *,
        -- Without tax where the record says so; the API does not (spec/polar.md 13).
        coalesce(net_minor, amount_minor) as price_minor,
        lower(native_currency) as currency,
        coalesce(recurring_interval_count, 1) as interval_count
    from {{ ref("stg_polar__subscriptions") }}

),

spread_over_months as (

    select
        *,
        {{ monthly_amount("price_minor", "recurring_interval", "interval_count") }} as monthly_minor
    from subscriptions

),

products as (

    select
        product_id,
        product_name
    from {{ ref("stg_polar__products") }}

),

named as (

    select
        spread_over_months.*,
        products.product_name
    from spread_over_months
    left outer join products
        on spread_over_months.product_id = products.product_id

)

select * from named
