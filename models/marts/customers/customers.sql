-- Everybody whom a load names: customers with an object of their own, customer ids without one,
-- external ids that no customer has, and 'unattributed' for events that name nobody.

with registered as (

    select * from {{ ref("int_customers_registered") }}

),

seen as (

    select * from {{ ref("int_customers_seen") }}

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
    left outer join registered
        on seen.customer_id = registered.customer_id

)

select * from described
