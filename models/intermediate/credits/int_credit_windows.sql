{{ config(
    materialized="incremental",
    incremental_strategy="append",
    pre_hook=[
        "{{ clear_without_watermark() }}",
        "{{ delete_changed_windows() }}",
    ],
    post_hook="{{ record_watermark() }}",
) }}

-- Each window between two resets of a customer's meter: what it began with, what was credited and
-- used in it, and what its end leaves. What a derived reset rolls over depends on the one before
-- (spec/polar.md 5.2): steps of the form `greatest(floor, units + shift)` fold into one of the same
-- form, so running sums and greatest values are enough.

{% set news = get_news() %}
{% set series = {
    "credited": "steps.units",
    "rolling": "case when steps.is_rollover then steps.units end",
    "rolling_before_cutoff":
        "case when steps.is_rollover and steps.occurred_at < windows.cutoff_at then steps.units end",
    "expiring_before_cutoff":
        "case when not steps.is_rollover and steps.occurred_at < windows.cutoff_at then steps.units end",
} %}

with windows as (

    {{ of_changed_windows(ref("int_credit_windows_measured"), news) }}

),

-- The order of credits matters only where something is taken back, and their times only where one
-- is dated later than the window ends.
added as (

    select
        steps.customer_id,
        steps.meter_id,
        steps.window_start,
        row_number() over so_far as step_number,
        {{ running_sums(series, "so_far") }}
    from {{ ref("int_credit_steps_planned") }} as steps
    inner join windows
        on
            steps.customer_id = windows.customer_id
            and steps.meter_id = windows.meter_id
            and steps.window_start = windows.window_start
            and (windows.has_revocations or windows.last_credit_dated_at >= windows.cutoff_at)
    where not steps.is_reset
    window so_far as (
        partition by steps.customer_id, steps.meter_id, steps.window_start
        order by {{ credit_step_order("steps") }}
        rows between unbounded preceding and current row
    )

),

ordered as (

    select
        customer_id,
        meter_id,
        window_start,
        {{ shifts_and_floors(series, "step_number") }}
    from added
    group by customer_id, meter_id, window_start

),

{{ usage_before_cutoff("windows") }},

measured as (

    select
        windows.*,
        coalesce(ordered.credited_shift, windows.credited_units) as credited_shift,
        coalesce(ordered.credited_floor, windows.credited_units) as credited_floor,
        coalesce(ordered.rolling_shift, windows.rolling_units) as rolling_shift,
        coalesce(ordered.rolling_floor, windows.rolling_units) as rolling_floor,
        coalesce(ordered.rolling_before_cutoff_shift, windows.rolling_units)
            as rolling_before_cutoff_shift,
        coalesce(ordered.rolling_before_cutoff_floor, windows.rolling_units)
            as rolling_before_cutoff_floor,
        -- Units that do not roll over are spent first; beyond them, usage lowers what rolls over,
        -- to whole units.
        least(
            0,
            floor(
                coalesce(
                    ordered.expiring_before_cutoff_floor,
                    windows.credited_units - windows.rolling_units
                )
                - coalesce(used.units_before_cutoff, windows.consumed_units)
            )
        ) as units_burnt
    from windows
    left outer join ordered
        on
            windows.customer_id = ordered.customer_id
            and windows.meter_id = ordered.meter_id
            and windows.window_start = ordered.window_start
    left outer join usage_before_cutoff as used
        on
            windows.customer_id = used.customer_id
            and windows.meter_id = used.meter_id
            and windows.window_start = used.window_start

),

touched as (

    select distinct
        customer_id,
        meter_id
    from measured

),

-- Where each account stood before the first of these windows.
standing as (

    {% if is_incremental() %}
        select
            kept.customer_id,
            kept.meter_id,
            max_by(kept.rollover_units, kept.window_start) as rollover_units,
            max_by(kept.rolling_units, kept.window_start) as rolling_units,
            max_by(kept.balance_units, kept.window_start) as balance_units,
            max(kept.movements_before + kept.movement_count) as movement_count
        from {{ this }} as kept
        inner join touched
            on
                kept.customer_id = touched.customer_id
                and kept.meter_id = touched.meter_id
        group by kept.customer_id, kept.meter_id
    {% else %}
        select
            customer_id,
            meter_id,
            0 as rollover_units,
            0 as rolling_units,
            0 as balance_units,
            0 as movement_count
        from measured
        where false
    {% endif %}

),

shifted as (

    select
        measured.*,
        coalesce(standing.rollover_units, 0) as rollover_units_standing,
        coalesce(standing.rolling_units, 0) as rolling_units_standing,
        coalesce(standing.balance_units, 0) as balance_units_standing,
        coalesce(standing.movement_count, 0) as movement_count_standing,
        greatest(0, measured.rolling_before_cutoff_floor + measured.units_burnt) as rollover_floor,
        sum(measured.rolling_before_cutoff_shift + measured.units_burnt) over (
            partition by measured.customer_id, measured.meter_id
            order by measured.window_start
            rows between unbounded preceding and current row
        ) as shift_so_far
    from measured
    left outer join standing
        on
            measured.customer_id = standing.customer_id
            and measured.meter_id = standing.meter_id

),

-- Events say themselves what was rolled over.
folded as (

    select
        *,
        case
            -- What is rolled over at the very moment of the clock is not dated before it.
            when is_derived and window_start >= cutoff_at then 0
            when is_derived
                then
                    shift_so_far
                    + greatest(
                        rollover_units_standing, max(rollover_floor - shift_so_far) over so_far
                    )
            else rollover_floor
        end as rollover_units
    from shifted
    window so_far as (
        partition by customer_id, meter_id
        order by window_start
        rows between unbounded preceding and current row
    )

),

opened as (

    select
        *,
        case
            when is_derived
                then coalesce(lag(rollover_units) over account, rollover_units_standing)
            else 0
        end as opening_units
    from folded
    window account as (partition by customer_id, meter_id order by window_start)

),

closed as (

    select
        customer_id,
        meter_id,
        window_start,
        window_end,
        is_derived,
        has_revocations,
        rolling_units_standing,
        balance_units_standing,
        movement_count_standing,
        opening_units,
        rollover_units,
        consumed_units,
        step_count + day_count + case when opening_units > 0 then 1 else 0 end as movement_count,
        greatest(credited_floor, opening_units + credited_shift) as credited_units,
        greatest(rolling_floor, opening_units + rolling_shift) as rolling_units,
        greatest(credited_floor, opening_units + credited_shift) - consumed_units as balance_units
    from opened

),

followed as (

    select
        customer_id,
        meter_id,
        window_start,
        window_end,
        is_derived,
        has_revocations,
        coalesce(sum(movement_count) over earlier, 0) + movement_count_standing
            as movements_before,
        movement_count,
        cast(
            coalesce(lag(balance_units) over account, balance_units_standing)
            as {{ type_quantity() }}
        ) as balance_units_before,
        cast(
            coalesce(lag(rolling_units) over account, rolling_units_standing)
            as {{ type_quantity() }}
        ) as rolling_units_before,
        cast(opening_units as decimal(38, 0)) as opening_units,
        cast(credited_units as {{ type_quantity() }}) as credited_units,
        cast(rolling_units as {{ type_quantity() }}) as rolling_units,
        cast(consumed_units as {{ type_quantity() }}) as consumed_units,
        cast(balance_units as {{ type_quantity() }}) as balance_units,
        cast(rollover_units as {{ type_quantity() }}) as rollover_units
    from closed
    window
        account as (partition by customer_id, meter_id order by window_start),
        earlier as (
            partition by customer_id, meter_id
            order by window_start
            rows between unbounded preceding and 1 preceding
        )

)

select * from followed
