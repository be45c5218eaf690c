{{ config(materialized="view") }}

-- The events of all sources in one shape. A Paygentic copy is here too, marked: an event that lands
-- later may make it count after all, and what was read from it is then there already.

with polar as (

    select
        event_id,
        event_name,
        event_source,
        customer_id,
        cast(null as string) as paygentic_customer_id,
        external_customer_id,
        false as is_copy,
        occurred_at,
        ingested_at,
        raw_row_number,
        load_number,
        loaded_at
    from {{ ref("stg_polar__events") }}

),

paygentic as (

    select
        loads.load_id || ':' || cast(events.line_number as string) as event_id,
        events.event_name,
        'user' as event_source,
        cast(null as string) as customer_id,
        events.paygentic_customer_id,
        events.external_customer_id,
        copies.raw_row_number is not null as is_copy,
        events.occurred_at,
        events.ingested_at,
        events.raw_row_number,
        events.load_number,
        events.loaded_at
    from {{ ref("base_paygentic__events") }} as events
    inner join {{ ref("base_loads") }} as loads
        on events.load_number = loads.load_number
    left outer join {{ ref("base_paygentic__event_copies") }} as copies
        on events.raw_row_number = copies.raw_row_number
    where events.reject_reason is null

),

openmeter as (

    select
        event_id,
        event_name,
        event_source,
        cast(null as string) as customer_id,
        cast(null as string) as paygentic_customer_id,
        external_customer_id,
        false as is_copy,
        occurred_at,
        ingested_at,
        raw_row_number,
        load_number,
        loaded_at
    from {{ ref("stg_openmeter__events") }}

),

combined as (

    select * from polar
    union all
    select * from paygentic
    union all
    select * from openmeter

)

select
    *,
    {{ customer_reference() }} as customer_reference
from combined
