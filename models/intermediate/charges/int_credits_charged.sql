-- Credits that lower what is charged, by subscription, price and period: those of the owner, added
-- in the order of receipt and never below zero (spec/polar.md 6.2).

with steps as (

    select * from {{ ref("int_credit_steps") }}
    where not is_reset

),

paid as (

    select
        steps.*,
        payers.subscription_id,
        payers.price_id,
        greatest(steps.occurred_at, steps.ingested_at - interval 1 microsecond) as billed_at
    from steps
    inner join {{ ref("int_usage_payers") }} as payers
        on
            steps.customer_id = payers.customer_id
            and steps.meter_id = payers.meter_id
            and steps.ingested_at >= payers.from_at
            and (steps.ingested_at < payers.to_at or payers.to_at is null)
    where payers.is_own and not payers.is_trial

),

placed as (

    select
        paid.subscription_id,
        paid.price_id,
        periods.period_number,
        paid.units,
        paid.ingested_at,
        paid.step_rank,
        paid.step_id
    from paid
    inner join {{ ref("int_subscription_periods") }} as periods
        on
            paid.subscription_id = periods.subscription_id
            and paid.billed_at >= {{ billed_from() }}
            and paid.billed_at < periods.period_end

),

added as (

    select
        subscription_id,
        price_id,
        period_number,
        row_number() over so_far as step_number,
        {{ running_sums({"credited": "units"}, "so_far") }}
    from placed
    window so_far as (
        partition by subscription_id, price_id, period_number
        order by ingested_at, step_rank, step_id
        rows between unbounded preceding and current row
    )

),

summed as (

    select
        subscription_id,
        price_id,
        period_number,
        {{ shifts_and_floors(["credited"], "step_number") }}
    from added
    group by subscription_id, price_id, period_number

),

listed as (

    select
        subscription_id,
        price_id,
        period_number,
        cast(credited_floor as {{ type_quantity() }}) as credited_units
    from summed

)

select * from listed
