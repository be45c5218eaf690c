{{ config(materialized="view") }}

-- A log of events that came to count, or no longer do; event-grain models know from it which rows
-- to add or to take back.

with changes as (

    select * from {{ ref("base_paygentic__event_verdict_changes") }}

),

events as (

    select * from {{ ref("int_events") }}

),

loads as (

    select * from {{ ref("base_loads") }}

),

located as (

    select
        changes.raw_row_number,
        events.load_number,
        loads.load_id,
        events.event_id,
        changes.run_number
    from changes
    inner join events
        on changes.raw_row_number = events.raw_row_number
    inner join loads
        on events.load_number = loads.load_number

)

select * from located
