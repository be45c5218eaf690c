-- The ledger of each customer's meter. Windows between two resets follow each other; in a window
-- comes the reset that began it, then what was credited and what was used, by time.

with steps as (

    select * from {{ ref("int_credit_steps") }}

),

usage as (

    select * from {{ ref("int_credit_usage") }}

),

starts as (

    select distinct
        customer_id,
        meter_id,
        window_start
    from steps

),

windows as (

    select
        *,
        lead(window_start) over (
            partition by customer_id, meter_id
            order by window_start
        ) as window_end
    from starts

),

-- A credit that was dated before the reset, and received after it, is the first of its window; one
-- that was received before the next reset counts before it, whatever its own time.
lines as (

    select
        steps.customer_id,
        steps.meter_id,
        steps.step_id as movement_id,
        steps.movement_source,
        steps.window_start,
        1 as line_rank,
        steps.movement_kind,
        steps.is_reset,
        steps.is_rollover,
        steps.units as credited_units,
        cast(null as {{ type_quantity() }}) as consumed_units,
        least(greatest(steps.occurred_at, steps.window_start), windows.window_end) as occurred_at,
        greatest(steps.occurred_at, steps.window_start) as counted_at,
        steps.occurred_at as dated_at,
        steps.ingested_at,
        steps.step_rank
    from steps
    left outer join windows
        on
            steps.customer_id = windows.customer_id
            and steps.meter_id = windows.meter_id
            and steps.window_start = windows.window_start
    union all
    select
        customer_id,
        meter_id,
        'usage:' || {{ fingerprint(["customer_id", "meter_id", "window_start", "received_date"]) }}
            as movement_id,
        'event' as movement_source,
        window_start,
        2 as line_rank,
        'consumption' as movement_kind,
        false as is_reset,
        false as is_rollover,
        null as credited_units,
        consumed_units,
        last_received_at as occurred_at,
        last_received_at as counted_at,
        last_received_at as dated_at,
        last_received_at as ingested_at,
        0 as step_rank
    from usage

),

added as (

    select
        *,
        coalesce(sum(credited_units) over so_far, 0) as credits_added,
        coalesce(sum(credited_units) filter (where is_rollover) over so_far, 0)
            as rollovers_added,
        cast(coalesce(sum(consumed_units) over so_far, 0) as {{ type_quantity() }})
            as consumed_so_far,
        count(credited_units) over so_far as credit_number
    from lines
    window so_far as (
        partition by customer_id, meter_id, window_start
        order by {{ ledger_order() }}
        rows between unbounded preceding and current row
    )

),

-- Credits never fall below zero: what is taken back beyond that is forgotten (spec/polar.md 5.1).
floored as (

    select
        *,
        credits_added - least(0, min(credits_added) over so_far) as credited_so_far,
        rollovers_added - least(0, min(rollovers_added) over so_far) as rollover_so_far
    from added
    window so_far as (
        partition by customer_id, meter_id, window_start
        order by {{ ledger_order() }}
        rows between unbounded preceding and current row
    )

),

balanced as (

    select
        *,
        credited_so_far - consumed_so_far as balance_so_far
    from floored

),

compared as (

    select
        *,
        balance_so_far - coalesce(lag(balance_so_far) over ledger, 0) as units,
        lag(balance_so_far) over ledger as balance_before,
        lag(rollover_so_far) over ledger as rollover_before,
        row_number() over ledger as movement_number
    from balanced
    window ledger as (
        partition by customer_id, meter_id
        order by window_start, {{ ledger_order() }}
    )

),

-- What a reset leaves over, the billing system credits anew: the first credit of the window, if it
-- may roll over and is no more than what was left (spec/polar.md 5.2).
left_over as (

    select
        *,
        first_value(least(trunc(balance_before), rollover_before)) over (
            partition by customer_id, meter_id, window_start
            order by {{ ledger_order() }}
            rows between unbounded preceding and current row
        ) as units_left
    from compared

),

listed as (

    select
        movement_id,
        customer_id,
        meter_id,
        case
            when
                movement_source = 'event'
                and movement_kind = 'credit'
                and is_rollover
                and credit_number = 1
                and credited_units between 1 and units_left
                and window_start > {{ first_window_start() }}
                then 'rollover'
            else movement_kind
        end as movement_kind,
        movement_source,
        movement_number,
        cast(units as {{ type_quantity() }}) as units,
        cast(credited_so_far as {{ type_quantity() }}) as credited_units_after,
        consumed_so_far as consumed_units_after,
        cast(balance_so_far as {{ type_quantity() }}) as balance_units_after,
        occurred_at
    from left_over

)

select * from listed
