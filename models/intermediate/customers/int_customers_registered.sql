-- One row per customer that a customer object describes, by its newest version. An embedded object
-- may lack a field that an older one has: the newest value that is there counts.

with objects as (

    select
        *,
        row_number() over (
            partition by customer_id
            order by
                coalesce(modified_at, created_at) desc nulls last,
                is_export desc,
                raw_row_number desc
        ) as version_rank
    from {{ ref("int_customer_objects") }}

),

newest as (

    select
        customer_id,
        min_by(external_customer_id, version_rank)
        filter (where external_customer_id is not null) as external_customer_id,
        min_by(customer_name, version_rank)
        filter (where customer_name is not null) as customer_name,
        bool_or(deleted_at is not null) filter (where version_rank = 1) as is_deleted,
        min(created_at) as created_at,
        max(modified_at) as modified_at
    from objects
    group by customer_id

)

select * from newest
