-- Stretches of time in which a subscription's periods are counted from one anchor, begun up to
-- `as_of` (spec/polar.md 10): the trial, what follows it, and what follows a new anchor.

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

stretches as (

    select
        *,
        true as is_trial,
        started_at as stretch_start,
        trial_ended_at as stretch_end
    from terms
    where trial_ended_at is not null
    union all
    select
        *,
        false as is_trial,
        anchored_at as stretch_start,
        anchored_anew_at as stretch_end
    from terms
    union all
    select
        *,
        false as is_trial,
        anchored_anew_at as stretch_start,
        null as stretch_end
    from terms
    where anchored_anew_at is not null

),

numbered as (

    select
        subscription_id,
        customer_id,
        step_unit,
        step_count,
        is_trial,
        has_meter_interval,
        case
            when is_trial then 0
            else {{ count_steps(
                "stretch_start",
                "least(last_start_at, coalesce(stretch_end - interval 1 microsecond, last_start_at))",
                "step_unit",
                "step_count"
            ) }}
        end as last_step_number,
        coalesce(ended_at <= {{ as_of }}, false) as is_over,
        stretch_start,
        stretch_end,
        ended_at,
        terms_fingerprint
    from stretches
    where stretch_start <= last_start_at

),

fingerprinted as (

    select
        *,
        {{ fingerprint(["terms_fingerprint", "last_step_number", "is_over"]) }}
            as stretch_fingerprint
    from numbered

)

select * from fingerprinted
