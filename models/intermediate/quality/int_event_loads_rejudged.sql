{{ config(materialized="view") }}

-- A Paygentic event that lands later can change whether an older row is a copy; verdicts on Polar's
-- events are final.

with verdict_changes as (

    select * from {{ ref("base_paygentic__event_verdict_changes") }}

),

rejudged as (

    select
        {{ load_number_of("raw_row_number") }} as load_number,
        run_number
    from verdict_changes
    group by {{ load_number_of("raw_row_number") }}, run_number

)

select * from rejudged
