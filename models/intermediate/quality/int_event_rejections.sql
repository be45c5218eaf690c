{{ config(materialized="view") }}

-- Rows of events that break a rule or repeat an earlier row.

with base_rows as (

    select * from {{ ref("base_polar__events") }}

),

copies as (

    select * from {{ ref("base_polar__event_copies") }}

),

broken as (

    select
        raw_row_number,
        load_number,
        line_number,
        reject_reason
    from base_rows
    where reject_reason is not null

),

repeated as (

    select
        base_rows.raw_row_number,
        base_rows.load_number,
        base_rows.line_number,
        copies.reject_reason
    from copies
    inner join base_rows
        on copies.raw_row_number = base_rows.raw_row_number

),

rejected as (

    select * from broken
    union all
    select * from repeated

)

select * from rejected
