-- What each derived reset rolls over (spec/polar.md 5.2). Adding units to a sum that never falls
-- below zero is `greatest(floor, sum + shift)`, and so is a rollover as a function of the one
-- before it: window after window, such steps make one of the same form, so running sums and
-- greatest values fold them.

with steps as (

    select * from {{ ref("int_credit_steps_planned") }}
    where movement_source = 'derived'

),

-- Of credits that may roll over: what a window adds to those that it began with (the shift), and
-- what is there at its end whatever it began with (the floor). The others begin with none.
{{ sum_above_zero(
    "steps",
    ["customer_id", "meter_id", "window_start", "is_rollover"],
    ["occurred_at", "step_rank", "step_id"]
) }},

credited as (

    select
        customer_id,
        meter_id,
        window_start,
        coalesce(sum(shift) filter (where is_rollover), 0) as shift,
        coalesce(sum(units) filter (where is_rollover), 0) as least_units,
        coalesce(sum(units) filter (where not is_rollover), 0) as expiring_units
    from summed
    group by customer_id, meter_id, window_start

),

-- A window ends with the reset that begins the next; the last has none yet.
windows as (

    select
        *,
        lead(window_start) over (
            partition by customer_id, meter_id
            order by window_start
        ) as cutoff_at
    from credited

),

{{ usage_before_cutoff("windows") }},

-- Units that do not roll over are spent first; beyond them, usage lowers what rolls over, to whole
-- units.
burnt as (

    select
        windows.customer_id,
        windows.meter_id,
        windows.window_start,
        windows.cutoff_at,
        windows.shift + least(0, floor(windows.expiring_units - coalesce(used.consumed_units, 0)))
            as shift,
        greatest(
            0,
            windows.least_units
            + least(0, floor(windows.expiring_units - coalesce(used.consumed_units, 0)))
        ) as least_units
    from windows
    left outer join usage_before_cutoff as used
        on
            windows.customer_id = used.customer_id
            and windows.meter_id = used.meter_id
            and windows.window_start = used.window_start

),

shifted as (

    select
        customer_id,
        meter_id,
        window_start,
        cutoff_at,
        least_units,
        sum(shift) over so_far as shift_so_far
    from burnt
    window so_far as (
        partition by customer_id, meter_id
        order by window_start
        rows between unbounded preceding and current row
    )

),

folded as (

    select
        customer_id,
        meter_id,
        shift_so_far + greatest(0, max(least_units - shift_so_far) over so_far) as rollover_units,
        cutoff_at as reset_at
    from shifted
    window so_far as (
        partition by customer_id, meter_id
        order by window_start
        rows between unbounded preceding and current row
    )

),

rolled_over as (

    select
        'rollover:' || {{ fingerprint(["customer_id", "meter_id", "reset_at"]) }} as step_id,
        customer_id,
        meter_id,
        cast(rollover_units as decimal(38, 0)) as units,
        reset_at
    from folded
    where reset_at is not null and rollover_units > 0

)

select * from rolled_over
