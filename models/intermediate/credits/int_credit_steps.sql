{{ config(materialized="view") }}

-- All that happens to the credits of a customer's meter up to the clock: what is planned, and what
-- derived resets roll over.

with planned as (

    select
        step_id,
        customer_id,
        meter_id,
        movement_source,
        movement_kind,
        is_reset,
        is_rollover,
        units,
        step_rank,
        occurred_at,
        ingested_at,
        window_start
    from {{ ref("int_credit_steps_planned") }}

),

rolled_over as (

    select
        'rollover:' || {{ fingerprint(["customer_id", "meter_id", "window_start"]) }} as step_id,
        customer_id,
        meter_id,
        'derived' as movement_source,
        'rollover' as movement_kind,
        false as is_reset,
        true as is_rollover,
        opening_units as units,
        1 as step_rank,
        window_start as occurred_at,
        window_start as ingested_at,
        window_start
    from {{ ref("int_credit_windows") }}
    where opening_units > 0

),

combined as (

    select * from planned
    union all
    select * from rolled_over

)

select * from combined
