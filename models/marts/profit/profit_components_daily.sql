-- One row per customer, day and component of profit that something happened in: what is known of it
-- (null when nothing is) and how many amounts are unknown. Every profit mart adds these rows.

{% set refund_day = "coalesce(order_created_at, occurred_at)"
    if get_settings()["refund_dating"] == "order" else "occurred_at" %}

with costs as (

    select
        customer_id,
        'cost' as component,
        cost_amount as amount,
        unconverted_count,
        date_day
    from {{ ref("costs_daily") }}

),

movements as (

    select
        *,
        {{ movement_component() }} as component
    from {{ ref("revenue_movements") }}

),

dated as (

    select
        *,
        case
            when component = 'refund' then {{ local_date(refund_day) }}
            else {{ local_date("occurred_at") }}
        end as date_day
    from movements

),

movement_amounts as (

    select
        customer_id,
        component,
        amount,
        case when amount is null then 1 else 0 end as unconverted_count,
        date_day
    from dated

),

-- A movement of which both amounts are unknown counts once.
movement_fees as (

    select
        customer_id,
        'fee' as component,
        fee_amount as amount,
        case when fee_amount is null and amount is not null then 1 else 0 end as unconverted_count,
        date_day
    from dated
    where fee_amount <> 0 or fee_amount is null

),

combined as (

    select * from costs
    union all
    select * from movement_amounts
    union all
    select * from movement_fees

),

summed as (

    select
        customer_id,
        component,
        cast(sum(amount) as {{ type_money() }}) as amount,
        cast(sum(unconverted_count) as bigint) as unconverted_count,
        date_day
    from combined
    group by customer_id, component, date_day

)

select * from summed
