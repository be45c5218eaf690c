{{ config(
    materialized="incremental",
    incremental_strategy="append",
    pre_hook=[
        "{{ clear_without_watermark() }}",
        "{{ delete_changed_windows() }}",
    ],
    post_hook="{{ record_watermark() }}",
) }}

-- What was credited and used in each window between two resets of a customer's meter, by itself:
-- sums as shifts and floors (macros/credits/sum_above_zero.sql), because what a window begins with
-- depends on the one before.

{% set news = get_news() %}
{% set as_of = as_of_instant() %}
{% set series = {
    "credited": "units",
    "rolling": "case when is_rollover then units end",
    "rolling_before_cutoff": "case when is_rollover and occurred_at < cutoff_at then units end",
    "expiring_before_cutoff": "case when not is_rollover and occurred_at < cutoff_at then units end",
} %}

with steps as (

    {{ of_changed_windows(ref("int_credit_steps_planned"), news) }}

),

usage as (

    {{ of_changed_windows(ref("int_credit_usage"), news) }}

),

starts as (

    select
        customer_id,
        meter_id,
        window_start,
        movement_source = 'derived' as is_derived,
        1 as step_count
    from steps
    union all
    select distinct
        customer_id,
        meter_id,
        window_start,
        false as is_derived,
        0 as step_count
    from usage

),

listed as (

    select
        customer_id,
        meter_id,
        window_start,
        max(is_derived) as is_derived,
        sum(step_count) as step_count
    from starts
    group by customer_id, meter_id, window_start

),

-- A window ends with the reset that begins the next; the last has only the clock.
windows as (

    select
        *,
        lead(window_start) over account as window_end,
        coalesce(lead(window_start) over account, {{ as_of }}) as cutoff_at
    from listed
    window account as (partition by customer_id, meter_id order by window_start)

),

credits as (

    select
        steps.*,
        windows.cutoff_at
    from steps
    inner join windows
        on
            steps.customer_id = windows.customer_id
            and steps.meter_id = windows.meter_id
            and steps.window_start = windows.window_start
    where not steps.is_reset

),

summed as (

    select
        customer_id,
        meter_id,
        window_start,
        {{ plain_sums(series) }},
        coalesce(min(units) < 0, false) as has_revocations
    from credits
    group by customer_id, meter_id, window_start

),

-- Only where something is taken back does the order matter.
added as (

    select
        credits.customer_id,
        credits.meter_id,
        credits.window_start,
        row_number() over so_far as step_number,
        {{ running_sums(series, "so_far") }}
    from credits
    inner join summed
        on
            credits.customer_id = summed.customer_id
            and credits.meter_id = summed.meter_id
            and credits.window_start = summed.window_start
            and summed.has_revocations
    window so_far as (
        partition by credits.customer_id, credits.meter_id, credits.window_start
        order by credits.occurred_at, credits.ingested_at, credits.step_rank, credits.step_id
        rows between unbounded preceding and current row
    )

),

floored as (

    select
        customer_id,
        meter_id,
        window_start,
        {{ floors(series, "step_number") }}
    from added
    group by customer_id, meter_id, window_start

),

credited as (

    select
        summed.customer_id,
        summed.meter_id,
        summed.window_start,
        summed.has_revocations,
        {{ shifts_and_floors(series) }}
    from summed
    left outer join floored
        on
            summed.customer_id = floored.customer_id
            and summed.meter_id = floored.meter_id
            and summed.window_start = floored.window_start

),

{{ usage_before_cutoff("usage", "windows") }},

measured as (

    select
        windows.*,
        coalesce(credited.has_revocations, false) as has_revocations,
        coalesce(used.day_count, 0) as day_count,
        coalesce(used.consumed_units, 0) as consumed_units,
        coalesce(credited.credited_shift, 0) as credited_shift,
        coalesce(credited.credited_floor, 0) as credited_floor,
        coalesce(credited.rolling_shift, 0) as rolling_shift,
        coalesce(credited.rolling_floor, 0) as rolling_floor,
        coalesce(credited.rolling_before_cutoff_shift, 0) as rolling_before_cutoff_shift,
        coalesce(credited.rolling_before_cutoff_floor, 0) as rolling_before_cutoff_floor,
        -- Units that do not roll over are spent first; beyond them, usage lowers what rolls over,
        -- to whole units.
        least(
            0,
            floor(
                coalesce(credited.expiring_before_cutoff_floor, 0)
                - coalesce(used.units_before_cutoff, 0)
            )
        ) as units_burnt
    from windows
    left outer join credited
        on
            windows.customer_id = credited.customer_id
            and windows.meter_id = credited.meter_id
            and windows.window_start = credited.window_start
    left outer join usage_before_cutoff as used
        on
            windows.customer_id = used.customer_id
            and windows.meter_id = used.meter_id
            and windows.window_start = used.window_start

)

select * from measured
