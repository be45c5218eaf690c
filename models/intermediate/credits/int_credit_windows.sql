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

with measured as (

    {{ of_changed_windows(ref("int_credit_windows_measured"), news) }}

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
        *,
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
