-- One row per customer that any record names, with the earliest instant at which one does.

with events_seen as (

    select
        coalesce(settled.customer_id, seen.customer_reference) as customer_id,
        seen.first_seen_at
    from {{ ref("int_event_customers_seen") }} as seen
    left outer join {{ ref("int_customer_references") }} as settled
        on seen.customer_reference = settled.customer_reference

),

sightings as (

    select * from events_seen
    {% for entity in [
        "orders", "subscriptions", "refunds", "benefit_grants", "customer_seats", "checkouts"
    ] %}
        union all
        select
            customer_id,
            created_at as first_seen_at
        from {{ ref("stg_polar__" ~ entity) }}
        where customer_id is not null
    {% endfor %}
    union all
    select
        customer_id,
        created_at as first_seen_at
    from {{ ref("int_customers_registered") }}

),

seen as (

    select
        customer_id,
        -- The name of a row that stands for an external id which no customer has.
        case when starts_with(customer_id, 'external:') then substr(customer_id, 10) end
            as external_customer_id,
        min(first_seen_at) as first_seen_at
    from sightings
    group by customer_id

)

select * from seen
