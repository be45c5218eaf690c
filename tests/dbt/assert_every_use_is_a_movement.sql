-- What was received on a day of a meter that adds up is in the movements of its customer, once.
-- Looks at days of receipt with events that are new or have changed since the test last passed;
-- `make audit` at all.

{% set news = get_news() %}
{% set days = get_touched_receipt_days(news) %}

with used as (
    select
        events.customer_id,
        events.meter_id,
        {{ local_date('events.ingested_at') }} as received_date,
        sum(case when meters.aggregation = 'count' then 1 else events.quantity end) as units
    from {{ ref('meter_events') }} as events
    inner join {{ ref('meters') }} as meters
        on events.meter_id = meters.meter_id
    where
        meters.aggregation in ('count', 'sum')
        and events.event_source = 'user'
        and events.customer_id <> 'unattributed'
        and events.ingested_at <= {{ as_of_instant() }}
        and {{ on_days('events.ingested_at', days) }}
    group by events.customer_id, events.meter_id, received_date
),

moved as (
    select
        movements.customer_id,
        movements.meter_id,
        {{ local_date('movements.occurred_at') }} as received_date,
        -sum(movements.units) as units
    from {{ ref('credit_movements') }} as movements
    inner join {{ ref('meters') }} as meters
        on movements.meter_id = meters.meter_id
    where
        meters.aggregation in ('count', 'sum')
        and movements.movement_kind = 'consumption'
        and {{ on_days('movements.occurred_at', days) }}
    group by movements.customer_id, movements.meter_id, received_date
),

differing as (
    select
        coalesce(used.customer_id, moved.customer_id) as customer_id,
        coalesce(used.meter_id, moved.meter_id) as meter_id,
        coalesce(used.received_date, moved.received_date) as received_date,
        used.units,
        moved.units as moved_units
    from used
    full outer join moved
        on
            used.customer_id = moved.customer_id
            and used.meter_id = moved.meter_id
            and used.received_date = moved.received_date
    where used.units is distinct from moved.units
)

select * from differing
