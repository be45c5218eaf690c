-- What happened to credits by the rules, where no event tells (spec/credits.md A): at the start of
-- each period a reset and the units of each benefit held; units of what is bought once; at the end
-- of a holding the last units go. What a reset rolls over follows from usage, and is added later.

{% set as_of = as_of_instant() %}

with holdings as (

    select * from {{ ref("int_benefits_held") }}

),

periods as (

    select * from {{ ref("int_subscription_periods") }}

),

first_credits as (

    select
        *,
        held_from as occurred_at
    from holdings

),

period_credits as (

    select
        holdings.*,
        periods.period_start as occurred_at
    from holdings
    inner join periods
        on holdings.subscription_id = periods.subscription_id
    where
        periods.period_start > holdings.held_from
        and (periods.period_start < holdings.held_to or holdings.held_to is null)

),

credits as (

    select * from first_credits
    union all
    select * from period_credits

),

-- A benefit that the customer still holds through something else is not taken back (spec/polar.md
-- 5.3).
revocations as (

    select
        ended.*,
        ended.held_to as occurred_at
    from holdings as ended
    left outer join holdings as more
        on
            ended.customer_id = more.customer_id
            and ended.benefit_id = more.benefit_id
            and ended.holding_id <> more.holding_id
            and ended.held_to >= more.held_from
            and (ended.held_to < more.held_to or more.held_to is null)
    where ended.held_to is not null and more.holding_id is null

),

metered as (

    select distinct
        subscription_id,
        meter_id
    from {{ ref("int_subscription_prices") }}

),

-- A period resets the meters of its metered prices and of what is held then (spec/polar.md 5.4). A
-- grant in mid-period resets nothing.
resets as (

    select
        periods.customer_id,
        metered.meter_id,
        periods.period_start as occurred_at
    from periods
    inner join metered
        on periods.subscription_id = metered.subscription_id
    union
    select
        holdings.customer_id,
        holdings.meter_id,
        periods.period_start as occurred_at
    from holdings
    inner join periods
        on holdings.subscription_id = periods.subscription_id
    where
        (
            periods.period_start > holdings.held_from
            or (periods.period_start = holdings.held_from and not holdings.is_from_grant)
        )
        and (periods.period_start < holdings.held_to or holdings.held_to is null)

),

combined as (

    select
        'credit:' || {{ fingerprint(["holding_id", "occurred_at"]) }} as step_id,
        customer_id,
        meter_id,
        'credit' as movement_kind,
        is_rollover,
        units,
        3 as kind_rank,
        benefit_id || ':' || holding_id as given_by,
        occurred_at
    from credits
    union all
    select
        'revocation:' || {{ fingerprint(["holding_id", "occurred_at"]) }} as step_id,
        customer_id,
        meter_id,
        'revocation' as movement_kind,
        is_rollover,
        -units as units,
        2 as kind_rank,
        benefit_id || ':' || holding_id as given_by,
        occurred_at
    from revocations
    union all
    select
        'reset:' || {{ fingerprint(["customer_id", "meter_id", "occurred_at"]) }} as step_id,
        customer_id,
        meter_id,
        'reset' as movement_kind,
        false as is_rollover,
        null as units,
        0 as kind_rank,
        '' as given_by,
        occurred_at
    from resets

),

as_of_clock as (

    select
        combined.step_id,
        combined.customer_id,
        combined.meter_id,
        combined.movement_kind,
        combined.is_rollover,
        combined.units,
        -- At one instant: the reset, what it rolls over (rank 1), what is taken back, what is
        -- given.
        row_number() over (
            partition by combined.customer_id, combined.meter_id, combined.occurred_at
            order by combined.kind_rank, combined.given_by
        ) + 1 as step_rank,
        combined.occurred_at
    from combined
    inner join {{ ref("int_meters") }} as meters
        on combined.meter_id = meters.meter_id
    where
        combined.occurred_at <= {{ as_of }}
        and (combined.occurred_at <= meters.archived_at or meters.archived_at is null)

)

select * from as_of_clock
