-- Who holds which credit benefit through what, from when to when (spec/credits.md A). Grants say so
-- where they are loaded for a subscription or an order; else it holds the benefits of its product.

with benefits as (

    select * from {{ ref("int_benefit_definitions") }}
    where reject_reason is null

),

meters as (

    select meter_id from {{ ref("int_meters") }}

),

terms as (

    select * from {{ ref("int_subscription_terms") }}

),

orders as (

    select * from {{ ref("int_orders_settled") }}

),

grants as (

    select * from {{ ref("stg_polar__benefit_grants") }}

),

granted as (

    select
        'grant:' || grants.benefit_grant_id as holding_id,
        grants.customer_id,
        grants.benefit_id,
        grants.subscription_id,
        true as is_from_grant,
        greatest(coalesce(grants.granted_at, grants.created_at), terms.started_at) as held_from,
        least(case when grants.is_revoked then grants.revoked_at end, terms.ended_at) as held_to
    from grants
    left outer join terms
        on grants.subscription_id = terms.subscription_id
    where
        coalesce(grants.is_granted, false)
        or coalesce(grants.is_revoked, false)
        or grants.granted_at is not null

),

held_by_subscriptions as (

    select
        'subscription:' || terms.subscription_id || ':' || product_benefits.benefit_id
            as holding_id,
        terms.customer_id,
        product_benefits.benefit_id,
        terms.subscription_id,
        false as is_from_grant,
        terms.started_at as held_from,
        terms.ended_at as held_to
    from terms
    inner join {{ ref("int_product_benefits") }} as product_benefits
        on
            terms.product_id = product_benefits.product_id
            and (
                terms.subscription_id = product_benefits.subscription_id
                or product_benefits.subscription_id = ''
            )
    where
        terms.subscription_id not in (
            select grants.subscription_id from grants
            where grants.subscription_id is not null
        )

),

-- What is bought once is credited once, when the order is paid.
held_by_orders as (

    select
        'order:' || orders.order_id || ':' || product_benefits.benefit_id as holding_id,
        orders.customer_id,
        product_benefits.benefit_id,
        cast(null as string) as subscription_id,
        false as is_from_grant,
        orders.created_at as held_from,
        cast(null as timestamp) as held_to
    from orders
    inner join {{ ref("int_product_benefits") }} as product_benefits
        on orders.product_id = product_benefits.product_id
    left outer join {{ ref("stg_polar__products") }} as products
        on orders.product_id = products.product_id
    where
        orders.is_paid
        and orders.subscription_id is null
        and product_benefits.subscription_id = ''
        and products.recurring_interval is null
        and orders.order_id not in (
            select grants.order_id from grants
            where grants.order_id is not null
        )

),

combined as (

    select * from granted
    union all
    select * from held_by_subscriptions
    union all
    select * from held_by_orders

),

held as (

    select
        combined.*,
        benefits.meter_id,
        benefits.units,
        benefits.is_rollover
    from combined
    inner join benefits
        on combined.benefit_id = benefits.benefit_id
    inner join meters
        on benefits.meter_id = meters.meter_id
    where combined.held_to > combined.held_from or combined.held_to is null

)

select * from held
