-- Everybody whom a load names: customers with an object of their own, customer ids without one,
-- external ids that no customer has, and 'unattributed' for events that name nobody.

with registered as (

    select * from {{ ref("int_customers_registered") }}

),

external_ids as (

    select * from {{ ref("int_customer_external_ids") }}

),

events_seen as (

    select
        coalesce(external_ids.customer_id, seen.customer_reference) as customer_id,
        case when external_ids.customer_id is null then seen.external_customer_id end
            as external_customer_id,
        seen.first_seen_at
    from {{ ref("int_event_customers_seen") }} as seen
    left join external_ids
        on seen.external_customer_id = external_ids.external_customer_id

),

sightings as (

    select * from events_seen
    union all
    select customer_id, null, created_at from {{ ref("stg_polar__orders") }}
    union all
    select customer_id, null, created_at from {{ ref("stg_polar__subscriptions") }}
    union all
    select customer_id, null, created_at from {{ ref("stg_polar__refunds") }}
    where customer_id is not null
    union all
    select customer_id, null, created_at from registered

),

seen as (

    select
        customer_id,
        max(external_customer_id) as external_customer_id,
        min(first_seen_at) as first_seen_at
    from sightings
    group by customer_id

),

described as (

    select
        seen.customer_id,
        coalesce(registered.external_customer_id, seen.external_customer_id)
            as external_customer_id,
        registered.customer_name,
        registered.customer_id is not null as is_registered,
        coalesce(registered.is_deleted, false) as is_deleted,
        seen.first_seen_at,
        registered.created_at
    from seen
    left join registered
        on seen.customer_id = registered.customer_id

)

select * from described
