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

{{ floored_steps(news) }},

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
        steps.is_rollover,
        steps.is_reset,
        steps.occurred_at,
        steps.ingested_at,
        steps.step_rank,
        cast(null as date) as received_date,
        cast(coalesce(floored_steps.credited_units, steps.units, 0) as {{ type_quantity() }})
            as units,
        greatest(steps.occurred_at, steps.window_start) as counted_at
    from steps
    left outer join floored_steps
        on steps.step_id = floored_steps.step_id
    union all
    select
        customer_id,
        meter_id,
        window_start,
        null as step_id,
        'event' as movement_source,
        'consumption' as movement_kind,
        false as is_rollover,
        false as is_reset,
        null as occurred_at,
        null as ingested_at,
        null as step_rank,
        received_date,
        -consumed_units as units,
        last_received_at as counted_at
    from usage

),

-- All that is listed here is carried through a sort of the whole ledger: no more than is needed.
balanced as (

    select
        customer_id,
        meter_id,
        window_start,
        step_id,
        movement_source,
        movement_kind,
        is_rollover,
        received_date,
        units,
        counted_at,
        row_number() over so_far as line_number,
        count(step_id) filter (where not is_reset) over so_far as credit_number,
        cast(sum(units) over so_far as {{ type_quantity() }}) as balance_units_after
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
                and balanced.units between 1 and least(
                    trunc(windows.balance_units_before), windows.rolling_units_before
                )
                then 'rollover'
            else balanced.movement_kind
        end as movement_kind,
        balanced.movement_source,
        windows.movements_before + balanced.line_number as movement_number,
        case
            when balanced.movement_kind = 'reset' then -windows.balance_units_before
            else balanced.units
        end as units,
        balanced.balance_units_after,
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
    balance_units_after,
    occurred_at,
    window_start
from listed
