with events as (

    select * from {{ ref("base_paygentic__events") }}
    where reject_reason is null

),

copies as (

    select * from {{ ref("base_paygentic__event_copies") }}

),

accepted as (

    select
        loads.load_id || ':' || cast(events.line_number as string) as event_id,
        events.event_name,
        'user' as event_source,
        events.paygentic_customer_id,
        events.external_customer_id,
        events.occurred_at,
        events.ingested_at,
        events.raw_row_number,
        events.load_number,
        events.loaded_at
    from events
    inner join {{ ref("base_loads") }} as loads
        on events.load_number = loads.load_number
    where events.raw_row_number not in (select copies.raw_row_number from copies)

)

select * from accepted
