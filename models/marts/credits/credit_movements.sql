{{ config(
    materialized="incremental",
    incremental_strategy="append",
    pre_hook=[
        "{{ clear_without_watermark() }}",
        "{{ delete_changed_windows() }}",
    ],
    post_hook="{{ record_watermark() }}",
) }}

-- The ledger of each customer's meter. Windows between two resets follow each other; in a window
-- comes the reset that began it, then what was credited and what was used, by time.

{% set news = get_news() %}

with steps as (

    {{ of_changed_windows(ref("int_credit_steps"), news) }}

),

usage as (

    {{ of_changed_windows(ref("int_credit_usage"), news) }}

),

windows as (

    {{ of_changed_windows(ref("int_credit_windows"), news) }}

),

revoking as (

    select
        steps.*,
        row_number() over so_far as step_number,
        coalesce(sum(steps.units) over so_far, 0) as credited_so_far
    from steps
    inner join windows
        on
            steps.customer_id = windows.customer_id
            and steps.meter_id = windows.meter_id
            and steps.window_start = windows.window_start
            and windows.has_revocations
    window so_far as (
        partition by steps.customer_id, steps.meter_id, steps.window_start
        order by {{ credit_step_order("steps") }}
        rows between unbounded preceding and current row
    )

),

-- Credits never fall below zero: what is taken back beyond that is forgotten (spec/polar.md 5.1).
floored as (

    select
        step_id,
        coalesce(units, 0)
        - least(0, min(credited_so_far) over so_far)
        + least(0, min(credited_so_far - coalesce(units, 0)) over so_far) as credited_units
    from revoking
    window so_far as (
        partition by customer_id, meter_id, window_start
        order by step_number
        rows between unbounded preceding and current row
    )

),

-- A credit that was dated before the reset, and received after it, is the first of its window; one
-- that was received before the next reset counts before it, whatever its own time.
lines as (

    select
        steps.customer_id,
        steps.meter_id,
        steps.window_start,
        steps.step_id,
        steps.movement_source,
        steps.movement_kind,
        steps.is_reset,
        steps.is_rollover,
        steps.occurred_at,
        steps.ingested_at,
        steps.step_rank,
        cast(null as date) as received_date,
        cast(coalesce(floored.credited_units, steps.units, 0) as {{ type_quantity() }})
            as credited_units,
        cast(0 as {{ type_quantity() }}) as consumed_units,
        greatest(steps.occurred_at, steps.window_start) as counted_at
    from steps
    left outer join floored
        on steps.step_id = floored.step_id
    union all
    select
        customer_id,
        meter_id,
        window_start,
        null as step_id,
        'event' as movement_source,
        'consumption' as movement_kind,
        false as is_reset,
        false as is_rollover,
        null as occurred_at,
        null as ingested_at,
        null as step_rank,
        received_date,
        0 as credited_units,
        consumed_units,
        last_received_at as counted_at
    from usage

),

balanced as (

    select
        *,
        row_number() over so_far as line_number,
        count(step_id) filter (where not is_reset) over so_far as credit_number,
        cast(sum(credited_units) over so_far as {{ type_quantity() }}) as credited_units_after,
        cast(sum(consumed_units) over so_far as {{ type_quantity() }}) as consumed_units_after
    from lines
    window so_far as (
        partition by customer_id, meter_id, window_start
        order by counted_at, step_id is null, {{ credit_step_order("lines") }}
        rows between unbounded preceding and current row
    )

),

listed as (

    select
        coalesce(
            balanced.step_id,
            'usage:' || {{ fingerprint([
                "balanced.customer_id",
                "balanced.meter_id",
                epoch_microseconds("balanced.window_start"),
                epoch_microseconds("balanced.received_date"),
            ]) }}
        ) as movement_id,
        balanced.customer_id,
        balanced.meter_id,
        -- What a reset leaves over, the billing system credits anew: the first credit of the
        -- window, if it may roll over and is no more than what was left (spec/polar.md 5.2).
        case
            when
                balanced.movement_source = 'event'
                and balanced.movement_kind = 'credit'
                and balanced.is_rollover
                and balanced.credit_number = 1
                and balanced.window_start > {{ first_window_start() }}
                and balanced.credited_units between 1 and least(
                    trunc(windows.balance_units_before), windows.rolling_units_before
                )
                then 'rollover'
            else balanced.movement_kind
        end as movement_kind,
        balanced.movement_source,
        windows.movements_before + balanced.line_number as movement_number,
        case
            when balanced.movement_kind = 'reset' then -windows.balance_units_before
            else balanced.credited_units - balanced.consumed_units
        end as units,
        balanced.credited_units_after,
        balanced.consumed_units_after,
        balanced.credited_units_after - balanced.consumed_units_after as balance_units_after,
        least(balanced.counted_at, windows.window_end) as occurred_at,
        balanced.window_start
    from balanced
    inner join windows
        on
            balanced.customer_id = windows.customer_id
            and balanced.meter_id = windows.meter_id
            and balanced.window_start = windows.window_start

)

select
    movement_id,
    customer_id,
    meter_id,
    movement_kind,
    movement_source,
    cast(movement_number as bigint) as movement_number,
    cast(units as {{ type_quantity() }}) as units,
    credited_units_after,
    consumed_units_after,
    cast(balance_units_after as {{ type_quantity() }}) as balance_units_after,
    occurred_at,
    window_start
from listed
