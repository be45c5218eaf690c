-- The records' original text. Amounts are read from it, because a number that has been through a
-- JSON column has been through a float.

with landed as (

    select
        record,
        line_number,
        filename as raw_file
    from {{ source("paygentic", "events") }}

),

positioned as (

    select
        {{ raw_row_number("loads.load_number", "landed.line_number") }} as raw_row_number,
        landed.record,
        landed.raw_file
    from landed
    inner join {{ ref("base_loads") }} as loads
        on landed.raw_file = loads.raw_file

)

select * from positioned
