{#-
  The steps to what happens to credits by the rules, where no event tells (spec/credits.md A), the last of them
  named `derived_steps`: at the start of each period a reset and the units of each benefit held; units of what is
  bought once; at the end of a holding the last units go. What a reset rolls over follows from usage, and is
  added later.
-#}
{% macro derived_steps(news) %}
    {% set holdings, periods = ref("int_benefits_held"), ref("int_subscription_periods") %}
    holdings as (

        {{ of_changed_accounts(holdings, news) }}

    ),

    period_credits as (

        select
            holdings.*,
            periods.period_start as occurred_at
        from holdings
        inner join {{ periods }} as periods
            on holdings.subscription_id = periods.subscription_id
        where
            periods.period_start > holdings.held_from
            and (periods.period_start < holdings.held_to or holdings.held_to is null)
            and periods.period_start >= holdings.changed_from

    ),

    credits as (

        select
            *,
            held_from as occurred_at
        from holdings
        where held_from >= changed_from
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
        where ended.held_to >= ended.changed_from and more.holding_id is null

    ),

    metered as (

        select
            customer_id,
            meter_id,
            subscription_id
        from {{ ref("int_credit_plan") }}
        where is_metered

    ),

    changed_metered as (

        {{ of_changed_accounts("metered", news) }}

    ),

    -- A period resets the meters of its metered prices and of what is held then (spec/polar.md 5.4). A
    -- grant in mid-period resets nothing.
    resets as (

        select
            metered.customer_id,
            metered.meter_id,
            periods.period_start as occurred_at
        from changed_metered as metered
        inner join {{ periods }} as periods
            on metered.subscription_id = periods.subscription_id
        where periods.period_start >= metered.changed_from
        union
        select
            holdings.customer_id,
            holdings.meter_id,
            periods.period_start as occurred_at
        from holdings
        inner join {{ periods }} as periods
            on holdings.subscription_id = periods.subscription_id
        where
            (
                periods.period_start > holdings.held_from
                or (periods.period_start = holdings.held_from and not holdings.is_from_grant)
            )
            and (periods.period_start < holdings.held_to or holdings.held_to is null)
            and periods.period_start >= holdings.changed_from

    ),

    unranked_steps as (

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

    derived_steps as (

        select
            *,
            -- At one instant: the reset, what it rolls over (rank 1), what is taken back, what is given.
            row_number() over (
                partition by customer_id, meter_id, occurred_at
                order by kind_rank, given_by
            ) + 1 as step_rank
        from unranked_steps

    )
{% endmacro %}

