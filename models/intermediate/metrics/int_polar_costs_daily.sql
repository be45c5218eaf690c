{{ config(
    materialized="incremental",
    incremental_strategy="append",
    pre_hook=[
        "{{ clear_without_watermark() }}",
        "{{ delete_touched_days() }}",
    ],
    post_hook="{{ record_watermark() }}",
) }}

{% set news = get_news() %}

-- What Polar's events cost by their own `_cost` on a day, in cents (spec/polar.md 8.2, Costs).
-- Whole days are computed anew.
with costs as (

    select * from {{ ref("int_polar_costs") }}
    where {{ on_days("occurred_at", get_touched_cost_days(news)) }}

),

summed as (

    select
        {{ local_date("occurred_at") }} as date_day,
        cast(sum(cost_cents) as {{ type_quantity() }}) as cost_cents
    from costs
    group by date_day

)

select * from summed
