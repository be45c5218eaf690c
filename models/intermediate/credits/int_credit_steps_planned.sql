-- What happens to the credits of a customer's meter up to the clock, but for what derived resets
-- roll over: as events tell, and where none does of a customer's meter, as derived. A reset begins
-- a window; what is received from then on is in it, late or not (spec/polar.md 5.1).

{% set as_of = as_of_instant() %}

with events as (

    select * from {{ ref("int_credit_events") }}
    where reject_reason is null and ingested_at <= {{ as_of }}

),

customer_references as (

    select * from {{ ref("int_customer_references") }}

),

meters as (

    select * from {{ ref("int_meters") }}

),

told as (

    select
        'event:' || events.event_id as step_id,
        coalesce(customer_references.customer_id, events.customer_reference) as customer_id,
        events.meter_id,
        'event' as movement_source,
        case
            when events.event_name = 'meter.reset' then 'reset'
            when events.units < 0 then 'revocation'
            else 'credit'
        end as movement_kind,
        events.is_rollover,
        cast(case when events.event_name = 'meter.credited' then events.units end as decimal(38, 0))
            as units,
        events.occurred_at,
        events.ingested_at,
        0 as step_rank
    from events
    inner join meters
        on events.meter_id = meters.meter_id
    left outer join customer_references
        on events.customer_reference = customer_references.customer_reference
    where events.ingested_at <= meters.archived_at or meters.archived_at is null

),

told_pairs as (

    select distinct
        customer_id,
        meter_id
    from told

),

derived as (

    select
        steps.step_id,
        steps.customer_id,
        steps.meter_id,
        'derived' as movement_source,
        steps.movement_kind,
        steps.is_rollover,
        cast(steps.units as decimal(38, 0)) as units,
        steps.occurred_at,
        steps.occurred_at as ingested_at,
        steps.step_rank
    from {{ ref("int_credit_steps_derived") }} as steps
    left outer join told_pairs
        on
            steps.customer_id = told_pairs.customer_id
            and steps.meter_id = told_pairs.meter_id
    where told_pairs.customer_id is null

),

combined as (

    select
        *,
        movement_kind = 'reset' as is_reset
    from told
    union all
    select
        *,
        movement_kind = 'reset' as is_reset
    from derived

),

-- Resets of one instant are one.
distinct_steps as (

    select * from combined
    qualify
        not is_reset
        or row_number() over (
            partition by customer_id, meter_id, is_reset, occurred_at
            order by ingested_at, step_id
        ) = 1

),

placed as (

    select
        *,
        {{ window_start("occurred_at", "ingested_at") }} as window_start
    from distinct_steps

)

select * from placed
