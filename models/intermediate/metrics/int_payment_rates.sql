{{ config(materialized="view") }}

-- The rates at which payments in other currencies than US dollars were settled, by which MRR is
-- converted (spec/polar.md 8.2, monthly).

with payments as (

    select
        *,
        coalesce(order_created_at, occurred_at) as paid_at
    from {{ ref("int_ledger_events") }}
    where
        movement_kind = 'order'
        and presentment_currency <> 'usd'
        and occurred_at <= {{ as_of_instant() }}

),

rated as (

    select
        event_id,
        presentment_currency as currency,
        coalesce(exchange_rate, {{ divide_rate("settlement_minor", "presentment_minor") }}) as rate,
        paid_at
    from payments

),

known as (

    select * from rated
    where rate is not null

)

select * from known
