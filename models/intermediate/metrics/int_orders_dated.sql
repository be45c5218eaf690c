-- One row per order as the order-based metrics see it (spec/polar.md 7.4): from Polar's events where
-- there are any, else the record of a paid order.

with paid_events as (

    select * from {{ ref("int_lifecycle_events") }}
    where
        event_name = 'order.paid'
        and order_id is not null
        and occurred_at <= {{ as_of_instant() }}

),

paid as (

    select
        order_id,
        min(occurred_at) as paid_at
    from paid_events
    group by order_id

),

-- The latest event that has it.
described as (

    select
        order_id,
        subscription_id
    from paid_events
    where subscription_id is not null
    qualify
        row_number() over (partition by order_id order by occurred_at desc, event_id desc) = 1

),

balances_applied as (

    select
        order_id,
        applied_balance_minor
    from paid_events
    where applied_balance_minor is not null
    qualify
        row_number() over (partition by order_id order by occurred_at desc, event_id desc) = 1

),

balanced as (

    select * from {{ ref("int_order_balances") }}

),

from_events as (

    select
        coalesce(paid.order_id, balanced.order_id) as order_id,
        described.subscription_id,
        {{ settle_amount(
            "coalesce(balanced.net_minor, balanced.settlement_minor, 0)",
            "balanced.exchange_rate"
        ) }}
        -- Orders from before the ledger had net amounts.
        - case
            when balanced.order_id is not null and balanced.net_minor is null
                then {{ settle_amount(
                    "greatest(coalesce(balances_applied.applied_balance_minor, 0), 0)",
                    "balanced.exchange_rate"
                ) }}
            else 0
        end as revenue_minor,
        coalesce(balanced.fee_minor, 0) as fee_minor,
        least(
            coalesce(paid.paid_at, balanced.occurred_at),
            coalesce(balanced.occurred_at, paid.paid_at)
        ) as dated_at
    from paid
    full outer join balanced
        on paid.order_id = balanced.order_id
    left outer join described
        on paid.order_id = described.order_id
    left outer join balances_applied
        on paid.order_id = balances_applied.order_id

),

from_records as (

    select
        order_id,
        subscription_id,
        net_minor as revenue_minor,
        fee_minor,
        created_at as dated_at
    from {{ ref("int_orders_settled") }}
    where
        is_paid
        and created_at <= {{ as_of_instant() }}
        and order_id not in (select from_events.order_id from from_events)

),

combined as (

    select * from from_events
    union all
    select * from from_records

),

-- All refunds of an order, whatever their date; disputes are not among them.
refunded as (

    select
        order_id,
        sum(amount_minor) as refund_minor
    from {{ ref("int_revenue_lines") }}
    where movement_kind in ('refund', 'refund_reversal')
    group by order_id

),

started as (

    select
        subscription_id,
        started_at
    from {{ ref("int_subscriptions_begun") }}

),

listed as (

    select
        combined.order_id,
        combined.subscription_id,
        cast(combined.revenue_minor as {{ type_cents() }}) as revenue_minor,
        cast(
            combined.revenue_minor - combined.fee_minor + coalesce(refunded.refund_minor, 0)
            as {{ type_cents() }}
        ) as net_revenue_minor,
        combined.dated_at,
        started.started_at as subscription_started_at
    from combined
    left outer join refunded
        on combined.order_id = refunded.order_id
    left outer join started
        on combined.subscription_id = started.subscription_id

)

select * from listed
