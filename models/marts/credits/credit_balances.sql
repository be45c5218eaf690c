-- Where each customer's meter stands as of the clock: what was credited and used since the last
-- reset (spec/polar.md 5.1), and what a reset at this moment would roll over (5.2).

with windows as (

    select * from {{ ref("int_credit_windows") }}

),

standing as (

    select
        customer_id,
        meter_id,
        consumed_units,
        credited_units,
        balance_units,
        rollover_units,
        case when window_start > {{ first_window_start() }} then window_start end as last_reset_at
    from windows
    where window_end is null

)

select * from standing
