-- Where each customer's meter stands as of the clock: what was credited and used since the last
-- reset (spec/polar.md 5.1), and what a reset at this moment would roll over (5.2).

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
        steps.step_rank,
        steps.step_id
    from {{ ref("int_credit_steps") }} as steps
    inner join standing
        on
            steps.customer_id = standing.customer_id
            and steps.meter_id = standing.meter_id
            and steps.window_start = coalesce(standing.last_reset_at, {{ first_window_start() }})
    where not steps.is_reset and steps.occurred_at < {{ as_of }}

),

{{ sum_above_zero(
    "steps",
    ["customer_id", "meter_id", "is_rollover"],
    ["occurred_at", "ingested_at", "step_rank", "step_id"]
) }},

windows as (

    select
        customer_id,
        meter_id,
        coalesce(last_reset_at, {{ first_window_start() }}) as window_start,
        {{ as_of }} as cutoff_at
    from standing

),

{{ usage_before_cutoff("windows") }},

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
                        - coalesce(used.consumed_units, 0)
                    ),
                    coalesce(rolling.units, 0)
                )
            ) as {{ type_quantity() }}
        ) as rollover_units,
        standing.last_reset_at
    from standing
    left outer join summed as expiring
        on
            standing.customer_id = expiring.customer_id
            and standing.meter_id = expiring.meter_id
            and not expiring.is_rollover
    left outer join summed as rolling
        on
            standing.customer_id = rolling.customer_id
            and standing.meter_id = rolling.meter_id
            and rolling.is_rollover
    left outer join usage_before_cutoff as used
        on
            standing.customer_id = used.customer_id
            and standing.meter_id = used.meter_id

)

select * from rolled_over
