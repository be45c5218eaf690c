{{ config(
    materialized="incremental",
    incremental_strategy="append",
    pre_hook=[
        "{{ clear_without_watermark() }}",
        "{{ delete_changed_steps() }}",
    ],
    post_hook="{{ record_watermark() }}",
) }}

-- What happens to the credits of a customer's meter up to the clock, but for what derived resets
-- roll over: as events tell, and where none does of a customer's meter, as derived. A reset begins
-- a window; what is received from then on is in it, late or not (spec/polar.md 5.1).

{% set news = get_news() %}
{% set as_of = as_of_instant() %}

with events as (

    select
        *,
        {{ placed_at() }} as placed_at
    from {{ ref("int_credit_events") }}
    where reject_reason is null and ingested_at <= {{ as_of }}

),

customer_references as (

    select * from {{ ref("int_customer_references") }}

),

meters as (

    select * from {{ ref("int_meters") }}

),

attributed as (

    select
        events.*,
        coalesce(customer_references.customer_id, events.customer_reference) as customer_id
    from events
    inner join meters
        on events.meter_id = meters.meter_id
    left outer join customer_references
        on events.customer_reference = customer_references.customer_reference
    where events.ingested_at <= meters.archived_at or meters.archived_at is null

),

changed as (

    {{ of_changed_accounts("attributed", news) }}

),

told as (

    select
        'event:' || event_id as step_id,
        customer_id,
        meter_id,
        'event' as movement_source,
        case
            when event_name = 'meter.reset' then 'reset'
            when units < 0 then 'revocation'
            else 'credit'
        end as movement_kind,
        is_rollover,
        cast(case when event_name = 'meter.credited' then units end as decimal(38, 0)) as units,
        0 as step_rank,
        occurred_at,
        ingested_at,
        placed_at
    from changed
    where placed_at >= changed_from
    -- Resets of one instant are one.
    qualify
        event_name <> 'meter.reset'
        or row_number() over (
            partition by customer_id, meter_id, event_name, occurred_at
            order by ingested_at, event_id
        ) = 1

),

told_pairs as (

    select distinct
        customer_id,
        meter_id
    from changed

),

{{ derived_steps(news) }},

derived as (

    select
        steps.step_id,
        steps.customer_id,
        steps.meter_id,
        'derived' as movement_source,
        steps.movement_kind,
        steps.is_rollover,
        cast(steps.units as decimal(38, 0)) as units,
        steps.step_rank,
        steps.occurred_at,
        steps.occurred_at as ingested_at,
        steps.occurred_at as placed_at
    from derived_steps as steps
    inner join meters
        on steps.meter_id = meters.meter_id
    left outer join told_pairs
        on
            steps.customer_id = told_pairs.customer_id
            and steps.meter_id = told_pairs.meter_id
    where
        told_pairs.customer_id is null
        and steps.occurred_at <= {{ as_of }}
        and (steps.occurred_at <= meters.archived_at or meters.archived_at is null)

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

touched as (

    select distinct
        customer_id,
        meter_id
    from combined

),

-- A reset that stays began the window in which the first of the others are.
last_resets as (

    {% if is_incremental() %}
        select
            kept.customer_id,
            kept.meter_id,
            max(kept.occurred_at) as reset_at
        from {{ this }} as kept
        inner join touched
            on
                kept.customer_id = touched.customer_id
                and kept.meter_id = touched.meter_id
        where kept.is_reset
        group by kept.customer_id, kept.meter_id
    {% else %}
        select
            customer_id,
            meter_id,
            occurred_at as reset_at
        from combined
        where false
    {% endif %}

),

placed as (

    select
        *,
        {{ window_start("occurred_at", "ingested_at") }} as changed_window_start
    from combined

),

listed as (

    select
        placed.step_id,
        placed.customer_id,
        placed.meter_id,
        placed.movement_source,
        placed.movement_kind,
        placed.is_reset,
        placed.is_rollover,
        placed.units,
        placed.step_rank,
        placed.occurred_at,
        placed.ingested_at,
        placed.placed_at,
        greatest(placed.changed_window_start, last_resets.reset_at) as window_start
    from placed
    left outer join last_resets
        on
            placed.customer_id = last_resets.customer_id
            and placed.meter_id = last_resets.meter_id

)

select * from listed
