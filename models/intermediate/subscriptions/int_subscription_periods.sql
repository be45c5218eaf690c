-- Every period that a subscription began up to `as_of` (spec/polar.md 10): the trial, then steps
-- from the day on which the trial ended, counted from there and never from a day that a short month
-- has moved.

{% set as_of = as_of_instant() %}

with terms as (

    select
        *,
        least(
            {{ as_of }},
            -- An instant before what ends it: a period starts before the subscription ends.
            coalesce(least(ended_at, paused_at) - interval 1 microsecond, {{ as_of }})
        ) as last_start_at
    from {{ ref("int_subscription_terms") }}

),

-- Stretches of time in which periods are counted from one anchor.
stretches as (

    select
        *,
        started_at as stretch_start,
        trial_ended_at as stretch_end,
        true as is_trial
    from terms
    where trial_ended_at is not null
    union all
    select
        *,
        anchored_at as stretch_start,
        anchored_anew_at as stretch_end,
        false as is_trial
    from terms
    union all
    select
        *,
        anchored_anew_at as stretch_start,
        null as stretch_end,
        false as is_trial
    from terms
    where anchored_anew_at is not null

),

numbered as (

    select
        *,
        {{ unnest_numbers(
            "case when is_trial then 0 else " ~ count_steps(
                "stretch_start",
                "least(last_start_at, coalesce(stretch_end - interval 1 microsecond, last_start_at))",
                "step_unit",
                "step_count"
            ) ~ " end"
        ) }} as step_number
    from stretches
    where stretch_start <= last_start_at

),

stepped as (

    select
        *,
        {{ add_steps("stretch_start", "step_unit", "step_count * step_number") }} as period_start,
        case
            when is_trial then stretch_end
            else
                least(
                    {{ add_steps("stretch_start", "step_unit", "step_count * (step_number + 1)") }},
                    stretch_end
                )
        end as next_start
    from numbered

),

listed as (

    select
        subscription_id,
        customer_id,
        row_number() over (partition by subscription_id order by period_start) as period_number,
        is_trial,
        -- Usage up to an end in mid-period is settled by a product's own interval only
        -- (spec/polar.md 6.2).
        coalesce(ended_at < next_start, false) and not has_meter_interval as is_never_settled,
        period_start,
        least(next_start, ended_at) as period_end
    from stepped

)

select * from listed
