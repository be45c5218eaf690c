-- One row per customer that any record names, with the earliest instant at which one does.

with external_ids as (

    select * from {{ ref("int_customer_external_ids") }}

),

events_seen as (

    select
        coalesce(external_ids.customer_id, seen.customer_reference) as customer_id,
        case when external_ids.customer_id is null then seen.external_customer_id end
            as external_customer_id,
        seen.first_seen_at
    from {{ ref("int_event_customers_seen") }} as seen
    left outer join external_ids
        on seen.external_customer_id = external_ids.external_customer_id

),

sightings as (

    select * from events_seen
    union all
    select
        customer_id,
        cast(null as string) as external_customer_id,
        created_at as first_seen_at
    from {{ ref("stg_polar__orders") }}
    union all
    select
        customer_id,
        cast(null as string) as external_customer_id,
        created_at as first_seen_at
    from {{ ref("stg_polar__subscriptions") }}
    union all
    select
        customer_id,
        cast(null as string) as external_customer_id,
        created_at as first_seen_at
    from {{ ref("stg_polar__refunds") }}
    where customer_id is not null
    union all
    select
        customer_id,
        cast(null as string) as external_customer_id,
        created_at as first_seen_at
    from {{ ref("int_customers_registered") }}

),

seen as (

    select
        customer_id,
        max(external_customer_id) as external_customer_id,
        min(first_seen_at) as first_seen_at
    from sightings
    group by customer_id

)

select * from seen
