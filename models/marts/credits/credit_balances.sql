-- Where each customer's meter stands as of the clock: what was credited and used since the last reset
-- (spec/polar.md 5.1), and what a reset at this moment would roll over (5.2).

{% set as_of = as_of_instant() %}

with movements as (

    select * from {{ ref("credit_movements") }}

),

standing as (

    select
        customer_id,
        meter_id,
        max_by(consumed_units_after, movement_number) as consumed_units,
        max_by(credited_units_after, movement_number) as credited_units,
        max_by(balance_units_after, movement_number) as balance_units,
        max(occurred_at) filter (where movement_kind = 'reset') as last_reset_at
    from movements
    group by customer_id, meter_id

),

-- To roll over, a credit must be dated before the clock.
steps as (

    select
        steps.customer_id,
        steps.meter_id,
        steps.is_rollover,
        steps.units,
        steps.occurred_at,
        steps.ingested_at,
        steps.step_rank
    from {{ ref("int_credit_steps") }} as steps
    inner join standing
        on
            steps.customer_id = standing.customer_id
            and steps.meter_id = standing.meter_id
            and steps.window_start = coalesce(standing.last_reset_at, {{ first_window_start() }})
    where not steps.is_reset and steps.occurred_at < {{ as_of }}

),

added as (

    select
        customer_id,
        meter_id,
        is_rollover,
        sum(units) over so_far as units_added,
        row_number() over so_far as step_number
    from steps
    window so_far as (
        partition by customer_id, meter_id, is_rollover
        order by occurred_at, ingested_at, step_rank
        rows between unbounded preceding and current row
    )

),

floored as (

    select
        customer_id,
        meter_id,
        is_rollover,
        max_by(units_added, step_number) - least(0, min(units_added)) as units
    from added
    group by customer_id, meter_id, is_rollover

),

-- So must usage: of windows with an event that was dated later, the events are measured again.
windows_dated_later as (

    select distinct
        parts.customer_id,
        parts.meter_id,
        parts.window_start
    from {{ ref("int_credit_usage_parts") }} as parts
    inner join standing
        on
            parts.customer_id = standing.customer_id
            and parts.meter_id = standing.meter_id
            and parts.window_start = coalesce(standing.last_reset_at, {{ first_window_start() }})
    where parts.last_occurred_at >= {{ as_of }}

),

events_before_clock as (

    select events.*
    from {{ ref("int_meter_events_counted") }} as events
    inner join windows_dated_later as windows
        on
            events.customer_id = windows.customer_id
            and events.meter_id = windows.meter_id
            and events.ingested_at >= windows.window_start
    where
        events.event_source = 'user'
        and events.ingested_at <= {{ as_of }}
        and events.occurred_at < {{ as_of }}

),

usage_before_clock as (

    {{ measure_usage("events_before_clock", ["customer_id", "meter_id"]) }}

),

rolled_over as (

    select
        standing.customer_id,
        standing.meter_id,
        standing.consumed_units,
        standing.credited_units,
        standing.balance_units,
        cast(
            greatest(
                0,
                least(
                    trunc(
                        coalesce(expiring.units, 0) + coalesce(rolling.units, 0)
                        - case
                            when windows.window_start is null then standing.consumed_units
                            else coalesce(usage_before_clock.usage_quantity, 0)
                        end
                    ),
                    coalesce(rolling.units, 0)
                )
            ) as {{ type_quantity() }}
        ) as rollover_units,
        standing.last_reset_at
    from standing
    left outer join floored as expiring
        on
            standing.customer_id = expiring.customer_id
            and standing.meter_id = expiring.meter_id
            and not expiring.is_rollover
    left outer join floored as rolling
        on
            standing.customer_id = rolling.customer_id
            and standing.meter_id = rolling.meter_id
            and rolling.is_rollover
    left outer join windows_dated_later as windows
        on
            standing.customer_id = windows.customer_id
            and standing.meter_id = windows.meter_id
    left outer join usage_before_clock
        on
            standing.customer_id = usage_before_clock.customer_id
            and standing.meter_id = usage_before_clock.meter_id

)

select * from rolled_over
