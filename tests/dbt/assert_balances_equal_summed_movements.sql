-- A balance is the sum of the movements of the customer's meter, and where the last of them left
-- it. Looks at customers' meters to which something happened since the test last passed; `make
-- audit` at all.

{% set news = get_news() %}
{% set account = ['customer_id', 'meter_id'] %}
{% set is_changed = is_of_changed_keys(account, ref('int_credit_window_changes'), news) %}

with balances as (
    select * from {{ ref('credit_balances') }}
    where {{ is_changed }}
),

movements as (
    select
        customer_id,
        meter_id,
        sum(units) as units,
        max_by(balance_units_after, movement_number) as balance_units_after,
        max(movement_number) as last_number,
        count(*) as movement_count
    from {{ ref('credit_movements') }}
    where {{ is_changed }}
    group by customer_id, meter_id
),

differing as (
    select
        coalesce(balances.customer_id, movements.customer_id) as customer_id,
        coalesce(balances.meter_id, movements.meter_id) as meter_id,
        balances.balance_units,
        movements.units,
        movements.balance_units_after,
        movements.last_number,
        movements.movement_count
    from balances
    full outer join movements
        on
            balances.customer_id = movements.customer_id
            and balances.meter_id = movements.meter_id
    where
        balances.balance_units is distinct from movements.units
        or balances.balance_units is distinct from movements.balance_units_after
        or balances.balance_units <> balances.credited_units - balances.consumed_units
        or movements.last_number <> movements.movement_count
)

select * from differing
