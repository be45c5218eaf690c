{{ config(materialized="view") }}

-- What each event counts for a meter and for whom, as things stand: a later load may tell whose an
-- external id is, or that an event is a copy.

with matched as (

    select * from {{ ref("int_meter_events_matched") }}
    where
        reject_reason is null
        and raw_row_number not in (
            select copies.raw_row_number from {{ ref("int_event_copies") }} as copies
        )

),

customer_references as (

    select * from {{ ref("int_customer_references") }}

),

attributed as (

    select
        matched.raw_row_number,
        matched.event_id,
        matched.meter_id,
        matched.aggregation,
        matched.event_source,
        matched.customer_reference,
        coalesce(customer_references.customer_id, matched.customer_reference) as customer_id,
        matched.dimensions,
        matched.unique_value_hash,
        matched.quantity,
        matched.occurred_at,
        matched.ingested_at
    from matched
    left outer join customer_references
        on matched.customer_reference = customer_references.customer_reference

)

select * from attributed
