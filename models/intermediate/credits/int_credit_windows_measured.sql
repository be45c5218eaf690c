{{ config(
    materialized="incremental",
    incremental_strategy="append",
    pre_hook=[
        "{{ clear_without_watermark() }}",
        "{{ delete_changed_windows() }}",
    ],
    post_hook="{{ record_watermark() }}",
) }}

-- What was credited and used in each window between two resets of a customer's meter, added up by
-- itself, and the latest times by which it is dated.

{% set news = get_news() %}

with steps as (

    {{ of_changed_windows(ref("int_credit_steps_planned"), news) }}

),

usage as (

    {{ of_changed_windows(ref("int_credit_usage"), news) }}

),

happened as (

    select
        customer_id,
        meter_id,
        window_start,
        movement_source = 'derived' as is_derived,
        1 as step_count,
        0 as day_count,
        units,
        case when is_rollover then units end as rolling_units,
        cast(null as {{ type_quantity() }}) as consumed_units,
        case when not is_reset then occurred_at end as credit_dated_at,
        cast(null as timestamp) as usage_dated_at
    from steps
    union all
    select
        customer_id,
        meter_id,
        window_start,
        false as is_derived,
        0 as step_count,
        1 as day_count,
        null as units,
        null as rolling_units,
        consumed_units,
        null as credit_dated_at,
        last_occurred_at as usage_dated_at
    from usage

),

summed as (

    select
        customer_id,
        meter_id,
        window_start,
        max(is_derived) as is_derived,
        coalesce(min(units) < 0, false) as has_revocations,
        sum(step_count) as step_count,
        sum(day_count) as day_count,
        coalesce(sum(units), 0) as credited_units,
        coalesce(sum(rolling_units), 0) as rolling_units,
        cast(coalesce(sum(consumed_units), 0) as {{ type_quantity() }}) as consumed_units,
        max(credit_dated_at) as last_credit_dated_at,
        max(usage_dated_at) as last_usage_dated_at
    from happened
    group by customer_id, meter_id, window_start

),

-- A window ends with the reset that begins the next; the last has only the clock.
measured as (

    select
        *,
        lead(window_start) over account as window_end,
        coalesce(lead(window_start) over account, {{ as_of_instant() }}) as cutoff_at
    from summed
    window account as (partition by customer_id, meter_id order by window_start)

)

select * from measured
