-- What was received of a meter that adds up is in the movements of its customer, once.

with used as (
    select
        events.customer_id,
        events.meter_id,
        sum(case when meters.aggregation = 'count' then 1 else events.quantity end) as units
    from {{ ref('meter_events') }} as events
    inner join {{ ref('meters') }} as meters
        on events.meter_id = meters.meter_id
    where
        meters.aggregation in ('count', 'sum')
        and events.event_source = 'user'
        and events.customer_id <> 'unattributed'
        and events.ingested_at <= {{ as_of_instant() }}
    group by events.customer_id, events.meter_id
),

moved as (
    select
        movements.customer_id,
        movements.meter_id,
        -sum(movements.units) as units
    from {{ ref('credit_movements') }} as movements
    inner join {{ ref('meters') }} as meters
        on movements.meter_id = meters.meter_id
    where
        meters.aggregation in ('count', 'sum')
        and movements.movement_kind = 'consumption'
    group by movements.customer_id, movements.meter_id
),

differing as (
    select
        coalesce(used.customer_id, moved.customer_id) as customer_id,
        coalesce(used.meter_id, moved.meter_id) as meter_id,
        used.units,
        moved.units as moved_units
    from used
    full outer join moved
        on
            used.customer_id = moved.customer_id
            and used.meter_id = moved.meter_id
    where used.units is distinct from moved.units
)

select * from differing
