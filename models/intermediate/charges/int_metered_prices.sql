-- Every price that is known to be metered: of a product, or of a subscription that carries it.

with product_prices as (

    select {{ unnest_list("prices") }} as price
    from {{ ref("stg_polar__products") }}

),

combined as (

    select price_id
    from {{ ref("int_subscription_prices") }}
    union
    select {{ read_identifier("price.id") }} as price_id
    from product_prices
    where {{ read_text("price.amount_type") }} = 'metered_unit'

),

listed as (

    select
        price_id,
        true as is_metered
    from combined
    where price_id is not null

)

select * from listed
