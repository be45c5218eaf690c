-- One row per way of naming a customer other than by customer id, with the customer it stands for.
-- An external id that no customer has is not here; it stands for itself.

with external_ids as (

    select * from {{ ref("int_customer_external_ids") }}

),

seen_in_events as (

    select * from {{ ref("int_event_customers_seen") }}

),

known_ids as (

    select customer_id from {{ ref("int_customers_registered") }}
    union
    select customer_id from seen_in_events
    {% for entity in [
        "orders", "subscriptions", "refunds", "benefit_grants", "customer_seats", "checkouts"
    ] %}
        union
        select customer_id from {{ ref("stg_polar__" ~ entity) }}
    {% endfor %}

),

-- A Paygentic customerId is a customer id if one is known by it, else an external id.
paygentic_ids as (

    select
        seen_in_events.customer_reference,
        coalesce(
            known_ids.customer_id,
            external_ids.customer_id,
            'external:' || seen_in_events.paygentic_customer_id
        ) as customer_id
    from seen_in_events
    left outer join known_ids
        on seen_in_events.paygentic_customer_id = known_ids.customer_id
    left outer join external_ids
        on seen_in_events.paygentic_customer_id = external_ids.external_customer_id
    where seen_in_events.paygentic_customer_id is not null

),

combined as (

    select
        'external:' || external_customer_id as customer_reference,
        customer_id
    from external_ids
    union all
    select * from paygentic_ids

)

select * from combined
