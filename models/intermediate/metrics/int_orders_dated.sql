-- Orders as the order-based metrics see them (spec/polar.md 7.4): those that were paid and those
-- that the ledger knows. What one is worth is said by the ledger, else by its record.

with payments as (

    select * from {{ ref("int_lifecycle_events") }}
    where
        event_name = 'order.paid'
        and order_id is not null
        and occurred_at <= {{ as_of_instant() }}

),

-- Of several events the latest that says it counts.
paid as (

    select
        order_id,
        {% for name in ["subscription_id", "applied_balance_minor"] %}
            max_by(
                {{ name }},
                {{ pack({"occurred_at": "occurred_at", "event_id": "event_id"}) }}
            ) filter (where {{ name }} is not null) as {{ name }},
        {% endfor %}
        min(occurred_at) as paid_at
    from payments
    group by order_id

),

balances as (

    select * from {{ ref("int_order_balances") }}

),

told as (

    select
        coalesce(paid.order_id, balances.order_id) as order_id,
        paid.order_id is not null as is_payment_told,
        paid.subscription_id,
        balances.order_id is not null as is_told_by_ledger,
        {{ settle_amount(
            "coalesce(balances.net_minor, balances.settlement_minor, 0)",
            "balances.exchange_rate"
        ) }}
        -- Rows from before the ledger had net amounts include what was paid from the balance.
        - case
            when balances.order_id is not null and balances.net_minor is null
                then {{ settle_amount(
                    "greatest(coalesce(paid.applied_balance_minor, 0), 0)",
                    "balances.exchange_rate",
                    "balances.settlement_minor",
                    "balances.presentment_minor"
                ) }}
            else 0
        end as revenue_minor,
        balances.fee_minor,
        paid.paid_at,
        balances.occurred_at as balanced_at
    from paid
    full outer join balances
        on paid.order_id = balances.order_id

),

records as (

    select
        recorded.order_id,
        recorded.native_minor as revenue_minor,
        recorded.fee_minor,
        orders.subscription_id,
        recorded.occurred_at as balanced_at
    from {{ ref("int_movements_from_records") }} as recorded
    inner join {{ ref("int_orders_settled") }} as orders
        on recorded.order_id = orders.order_id
    where
        recorded.movement_kind = 'order'
        and recorded.occurred_at <= {{ as_of_instant() }}

),

combined as (

    select
        coalesce(told.order_id, records.order_id) as order_id,
        case
            when told.is_payment_told or told.is_told_by_ledger then told.subscription_id
            else records.subscription_id
        end as subscription_id,
        case
            when told.is_told_by_ledger then told.revenue_minor
            else coalesce(records.revenue_minor, 0)
        end as revenue_minor,
        coalesce(told.fee_minor, records.fee_minor, 0) as fee_minor,
        told.paid_at,
        coalesce(told.balanced_at, records.balanced_at) as balanced_at
    from told
    full outer join records
        on told.order_id = records.order_id

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
        case
            when combined.paid_at < combined.balanced_at then combined.paid_at
            else coalesce(combined.balanced_at, combined.paid_at)
        end as dated_at,
        started.started_at as subscription_started_at
    from combined
    left outer join refunded
        on combined.order_id = refunded.order_id
    left outer join started
        on combined.subscription_id = started.subscription_id

)

select * from listed
