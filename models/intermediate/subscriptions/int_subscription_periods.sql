{{ config(
    materialized="incremental",
    incremental_strategy="append",
    pre_hook=[
        "{{ clear_without_watermark() }}",
        "{{ delete_changed_subscriptions() }}",
    ],
    post_hook="{{ record_watermark() }}",
) }}

-- Every period that a subscription began up to `as_of` (spec/polar.md 10): the trial, then steps
-- from the day on which the trial ended, counted from there and never from a day that a short month
-- has moved.

{% set news = get_news() %}

with stretches as (

    select * from {{ ref("int_subscription_stretches") }}
    where {{ is_of_changed_subscription(news) }}

),

numbered as (

    select
        *,
        {{ unnest_numbers("last_step_number") }} as step_number
    from stretches

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
