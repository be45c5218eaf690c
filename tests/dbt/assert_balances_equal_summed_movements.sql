-- A balance is the sum of the movements of the customer's meter, and where the last of them left
-- it.

with balances as (
    select * from {{ ref('credit_balances') }}
),

movements as (
    select
        customer_id,
        meter_id,
        sum(units) as units,
        max_by(balance_units_after, movement_number) as balance_units_after
    from {{ ref('credit_movements') }}
    group by customer_id, meter_id
),

differing as (
    select
        coalesce(balances.customer_id, movements.customer_id) as customer_id,
        coalesce(balances.meter_id, movements.meter_id) as meter_id,
        balances.balance_units,
        movements.units,
        movements.balance_units_after
    from balances
    full outer join movements
        on
            balances.customer_id = movements.customer_id
            and balances.meter_id = movements.meter_id
    where
        balances.balance_units is distinct from movements.units
        or balances.balance_units is distinct from movements.balance_units_after
        or balances.balance_units <> balances.credited_units - balances.consumed_units
)

select * from differing
