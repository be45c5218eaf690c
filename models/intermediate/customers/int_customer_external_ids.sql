-- One row per external id that a customer has: whose usage it is. After a deletion the id may be
-- given to another customer, who then inherits the old usage (spec/polar.md 2).

with claims as (

    select
        external_customer_id,
        customer_id,
        is_deleted,
        modified_at,
        created_at
    from {{ ref("int_customers_registered") }}
    where external_customer_id is not null

),

settled as (

    select
        external_customer_id,
        customer_id
    from claims
    qualify
        row_number() over (
            partition by external_customer_id
            order by
                is_deleted asc,
                coalesce(modified_at, created_at) desc nulls last,
                customer_id asc
        ) = 1

)

select * from settled
