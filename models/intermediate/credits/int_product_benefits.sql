-- Which benefits a product has: those of its record and the rows of the seed. Of a product that was
-- not landed, each subscription tells what it carries (`subscription_id`, which is empty
-- otherwise).

with products as (

    select * from {{ ref("stg_polar__products") }}

),

subscriptions as (

    select * from {{ ref("stg_polar__subscriptions") }}

),

told_by_products as (

    select
        product_id,
        {{ unnest_list("benefits") }} as benefit
    from products

),

told_by_subscriptions as (

    select
        subscriptions.product_id,
        subscriptions.subscription_id,
        {{ unnest_list("subscriptions.embedded_benefits") }} as benefit
    from subscriptions
    left outer join products
        on subscriptions.product_id = products.product_id
    where products.benefits is null

),

combined as (

    select
        product_id,
        '' as subscription_id,
        {{ read_identifier("benefit.id") }} as benefit_id
    from told_by_products
    union
    select
        product_id,
        subscription_id,
        {{ read_identifier("benefit.id") }} as benefit_id
    from told_by_subscriptions
    union
    select
        product_id,
        '' as subscription_id,
        benefit_id
    from {{ ref("int_benefit_definitions") }}
    where definition_source = 'seed'

),

identified as (

    select * from combined
    where product_id is not null and benefit_id is not null

)

select * from identified
