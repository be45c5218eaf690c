{{ config(materialized="view") }}

-- Every checkout, with the time at which it counts: when it was opened. Polar knows that since
-- 2026-01-22; before, the time at which it was made stands in for it (spec/polar.md 8.2,
-- Checkouts).

with checkouts as (

    select * from {{ ref("stg_polar__checkouts") }}

),

dated as (

    select
        checkout_id,
        checkout_status = 'succeeded' as is_succeeded,
        case
            when created_at < cast('2026-01-22 12:13:00' as timestamp)
                then coalesce(opened_at, created_at)
            else opened_at
        end as opened_at
    from checkouts

)

select * from dated
