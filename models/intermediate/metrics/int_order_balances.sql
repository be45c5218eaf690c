{{ config(materialized="view") }}

-- One row per order of the ledger: the event that says what it is worth (spec/polar.md 7.4).

with ledger as (

    select * from {{ ref("int_ledger_events") }}
    where
        movement_kind in ('order', 'credit_order')
        and order_id is not null
        and occurred_at <= {{ as_of_instant() }}

),

chosen as (

    select * from ledger
    qualify
        row_number() over (
            partition by order_id
            order by
                movement_kind = 'order' desc,
                occurred_at desc,
                settlement_minor desc nulls last,
                event_id desc
        ) = 1

)

select * from chosen
