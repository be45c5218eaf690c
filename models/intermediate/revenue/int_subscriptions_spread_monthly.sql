{{ config(materialized="view") }}

-- One row per subscription, its price spread over months as Polar does for MRR: rounded half away
-- from zero to the minor unit (spec/polar.md 8.2, monthly).

with subscriptions as (

    select
        *,
        lower(native_currency) as currency,
        coalesce(recurring_interval_count, 1) as interval_count
    from {{ ref("stg_polar__subscriptions") }}

),

spread_over_months as (

    select
        *,
        case
            when interval_count <= 0 then null
            when
                recurring_interval = 'year'
                then {{ divide_half_away("amount_minor", "12 * interval_count") }}
            when
                recurring_interval = 'month'
                then {{ divide_half_away("amount_minor", "interval_count") }}
            when
                recurring_interval = 'week'
                then {{ divide_half_away("amount_minor * 52", "12 * interval_count") }}
            when
                recurring_interval = 'day'
                then {{ divide_half_away("amount_minor * 365", "12 * interval_count") }}
        end as monthly_minor
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
