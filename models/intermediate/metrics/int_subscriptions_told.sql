{{ config(materialized="view") }}

-- One row per subscription that Polar's events name; what they tell of it silences its record
-- (spec/polar.md, "What we adopt").

with named as (

    select subscription_id from {{ ref("int_lifecycle_events") }}
    where occurred_at <= {{ as_of_instant() }}
    union
    select subscription_id from {{ ref("int_ledger_events") }}
    where occurred_at <= {{ as_of_instant() }}

)

select * from named
where subscription_id is not null
