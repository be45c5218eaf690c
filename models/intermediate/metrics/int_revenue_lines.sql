-- What counts as revenue in `metrics_*`, in cents of the settlement currency, each line at the time
-- by which it is dated: the order's creation, so that refunds restate the period of their order;
-- disputes carry no such time and are dated by themselves (spec/polar.md 7.3).

with ledger as (

    -- Revenue events without an order are no revenue (spec/polar.md 7.3).
    select
        *,
        coalesce(exchange_rate is not null or presentment_minor <> 0, false) as has_rate
    from {{ ref("int_ledger_events") }}
    where
        (movement_kind not in ('order', 'credit_order') or order_id is not null)
        and occurred_at <= {{ as_of_instant() }}

),

-- A credit order settles nothing, so it may have to borrow the rate of an earlier order of the
-- customer in its currency: of the same subscription if there is one, then the latest.
borrowed_rates as (

    select
        credit_orders.raw_row_number,
        earlier.exchange_rate,
        earlier.settlement_minor,
        earlier.presentment_minor
    from ledger as credit_orders
    inner join ledger as earlier
        on
            earlier.movement_kind = 'order'
            and earlier.has_rate
            and credit_orders.customer_id = earlier.customer_id
            and credit_orders.settlement_currency
            = coalesce(earlier.presentment_currency, earlier.settlement_currency)
            and credit_orders.order_id <> earlier.order_id
            and credit_orders.occurred_at > earlier.occurred_at
    where credit_orders.movement_kind = 'credit_order' and not credit_orders.has_rate
    qualify
        row_number() over (
            partition by credit_orders.raw_row_number
            order by
                coalesce(credit_orders.subscription_id = earlier.subscription_id, false) desc,
                earlier.occurred_at desc,
                earlier.event_id desc
        ) = 1

),

rated as (

    select
        ledger.event_id,
        ledger.order_id,
        ledger.movement_kind,
        ledger.settlement_minor,
        ledger.net_minor,
        ledger.fee_minor,
        ledger.exchange_rate as own_exchange_rate,
        coalesce(ledger.exchange_rate, borrowed_rates.exchange_rate) as exchange_rate,
        coalesce(borrowed_rates.settlement_minor, ledger.settlement_minor)
            as rate_settlement_minor,
        coalesce(borrowed_rates.presentment_minor, ledger.presentment_minor)
            as rate_presentment_minor,
        coalesce(ledger.order_created_at, ledger.occurred_at) as dated_at
    from ledger
    left outer join borrowed_rates
        on ledger.raw_row_number = borrowed_rates.raw_row_number

),

from_ledger as (

    select
        'ledger:' || event_id as line_id,
        order_id,
        movement_kind,
        case
            when movement_kind in ('order', 'credit_order')
                then {{ settle_amount(
                    "coalesce(net_minor, settlement_minor, 0)",
                    "exchange_rate",
                    "rate_settlement_minor",
                    "rate_presentment_minor"
                ) }}
            -- Refunds and disputes are settled already (spec/polar.md, "What we adopt").
            when net_minor is null then coalesce(settlement_minor, 0)
            else {{ settle_amount("net_minor", "own_exchange_rate") }}
        end as amount_minor,
        coalesce(fee_minor, 0) as fee_minor,
        dated_at
    from rated

),

recorded as (

    select
        *,
        coalesce(order_created_at, occurred_at) as dated_at
    from {{ ref("int_movements_from_records") }}
    where occurred_at <= {{ as_of_instant() }}

),

balances as (

    select * from {{ ref("int_order_balances") }}

),

-- A refund is worth what its order was; where no rate is known it is 1 (spec/polar.md, "What we
-- adopt").
from_records as (

    select
        recorded.movement_id as line_id,
        recorded.order_id,
        recorded.movement_kind,
        {{ settle_amount("coalesce(recorded.native_minor, 0)", "balances.exchange_rate") }}
            as amount_minor,
        recorded.fee_minor,
        recorded.dated_at
    from recorded
    left outer join balances
        on recorded.order_id = balances.order_id

),

combined as (

    select * from from_ledger
    union all
    select * from from_records

),

listed as (

    select
        line_id,
        order_id,
        movement_kind,
        cast(amount_minor as {{ type_cents() }}) as amount_minor,
        cast(fee_minor as {{ type_cents() }}) as fee_minor,
        dated_at
    from combined

)

select * from listed
