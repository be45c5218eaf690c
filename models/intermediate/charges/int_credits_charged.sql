{{ config(
    materialized="incremental",
    incremental_strategy="append",
    pre_hook=[
        "{{ clear_without_watermark() }}",
        "{{ delete_changed_charges() }}",
    ],
    post_hook="{{ record_watermark() }}",
) }}

-- Credits that lower what is charged, by subscription, price and period: those of the owner, added
-- in the order of receipt and never below zero (spec/polar.md 6.2).

{% set news = get_news() %}

with periods as (

    {{ of_changed_charges(ref("int_subscription_periods"), news) }}

),

own_payers as (

    select * from {{ ref("int_usage_payers") }}
    where is_own and not is_trial

),

payers as (

    {{ of_changed_charges("own_payers", news, "true") }}

),

paid as (

    select
        steps.units,
        steps.ingested_at,
        steps.step_rank,
        steps.step_id,
        payers.subscription_id,
        payers.price_id,
        greatest(steps.occurred_at, steps.ingested_at - interval 1 microsecond) as billed_at
    from {{ ref("int_credit_steps") }} as steps
    inner join payers
        on
            steps.customer_id = payers.customer_id
            and steps.meter_id = payers.meter_id
            and steps.ingested_at >= payers.from_at
            and (steps.ingested_at < payers.to_at or payers.to_at is null)
    where not steps.is_reset

),

placed as (

    select
        paid.subscription_id,
        paid.price_id,
        periods.period_start,
        paid.units,
        paid.ingested_at,
        paid.step_rank,
        paid.step_id
    from paid
    inner join periods
        on
            paid.subscription_id = periods.subscription_id
            and paid.billed_at >= {{ billed_from() }}
            and paid.billed_at < periods.period_end

),

added as (

    select
        subscription_id,
        price_id,
        period_start,
        row_number() over so_far as step_number,
        {{ running_sums({"credited": "units"}, "so_far") }}
    from placed
    window so_far as (
        partition by subscription_id, price_id, period_start
        order by ingested_at, step_rank, step_id
        rows between unbounded preceding and current row
    )

),

summed as (

    select
        subscription_id,
        price_id,
        period_start,
        {{ shifts_and_floors(["credited"], "step_number") }}
    from added
    group by subscription_id, price_id, period_start

),

listed as (

    select
        subscription_id,
        price_id,
        period_start,
        cast(credited_floor as {{ type_quantity() }}) as credited_units
    from summed

)

select * from listed
