-- Rows that repeat a recorded one, as the newest verdict on them says.

with newest_verdicts as (

    select
        raw_row_number,
        is_copy,
        reject_reason
    from {{ ref("base_paygentic__event_verdict_changes") }}
    qualify row_number() over (partition by raw_row_number order by run_number desc) = 1

),

copies as (

    select
        raw_row_number,
        reject_reason
    from newest_verdicts
    where is_copy

)

select * from copies
