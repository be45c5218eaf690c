{{ config(
    materialized="incremental",
    incremental_strategy="append",
    pre_hook="{{ clear_without_watermark() }}",
    post_hook="{{ record_watermark() }}",
) }}

-- A log of the customers' meters to which something happened, and from when on: what lies before
-- that stays as it was. The clock goes on, too: what it passes since the last run happens in this
-- one.

{% set news = get_news() %}
{% set then, now = news["as_of"], as_of_instant() %}
{% set beginning = first_window_start() %}
{% set references = ref("int_customer_reference_changes") %}
{% set is_rewritten = "run_number > " ~ news["run_number"] %}
{% set is_of_changed_reference = is_changed("customer_reference", references, news) %}
{% set is_of_changed_meter = is_of_changed_meter(news) %}

with usage_daily as (

    select * from {{ ref("int_credit_usage_daily") }}

),

holdings as (

    select * from {{ ref("int_benefits_held") }}

),

used as (

    select
        customer_id,
        meter_id,
        {{ start_of_day("received_date") }} as changed_from
    from usage_daily
    where {{ is_rewritten }}
    union all
    select
        customer_id,
        meter_id,
        {{ then }} as changed_from
    from usage_daily
    where
        first_received_at <= {{ now }}
        and (last_received_at >= {{ then }} or last_occurred_at >= {{ then }})

),

events as (

    select
        *,
        raw_row_number >= {{ get_first_new_row() }} as is_new,
        {{ is_of_changed_reference }} or {{ is_of_changed_meter }} as is_other,
        {{ placed_at() }} as placed_at
    from {{ ref("int_credit_events") }}
    where reject_reason is null and ingested_at <= {{ now }}

),

-- Whose the events are, and were as far as the log of references knows.
owners as (

    select
        customer_reference,
        customer_id,
        false as is_former
    from {{ ref("int_customer_references") }}
    union
    select
        customer_reference,
        coalesce(customer_id, customer_reference) as customer_id,
        true as is_former
    from {{ references }}
    where {{ is_of_changed_reference }}
    union
    select
        customer_reference,
        customer_reference as customer_id,
        true as is_former
    from {{ references }}
    where {{ is_of_changed_reference }}

),

told as (

    select
        coalesce(owners.customer_id, events.customer_reference) as customer_id,
        events.meter_id,
        case
            when events.is_other or owners.is_former then {{ beginning }}
            when events.is_new then events.placed_at
            -- A reset that the clock has reached may be dated before.
            else least({{ then }}, events.placed_at)
        end as changed_from
    from events
    left outer join owners
        on events.customer_reference = owners.customer_reference
    where
        events.is_new
        or events.is_other
        or events.ingested_at >= {{ then }}
        or events.occurred_at >= {{ then }}

),

-- The first event of a customer's meter takes the place of all that was derived.
told_before as (

    select
        coalesce(owners.customer_id, events.customer_reference) as customer_id,
        events.meter_id
    from events
    left outer join owners
        on events.customer_reference = owners.customer_reference and not owners.is_former
    where
        not events.is_new
        and not events.is_other
        and events.ingested_at < {{ then }}
        and exists (select 1 from told)

),

told_first as (

    select
        told.customer_id,
        told.meter_id,
        {{ beginning }} as changed_from
    from told
    left outer join told_before
        on
            told.customer_id = told_before.customer_id
            and told.meter_id = told_before.meter_id
    where told_before.customer_id is null

),

planned as (

    select
        customer_id,
        meter_id,
        {{ beginning }} as changed_from
    from {{ ref("int_credit_plan_changes") }}
    where {{ is_rewritten }}
    union all
    select
        customer_id,
        meter_id,
        {{ then }} as changed_from
    from holdings
    where
        held_from between {{ then }} and {{ now }}
        or held_to between {{ then }} and {{ now }}
    union all
    select
        plan.customer_id,
        plan.meter_id,
        {{ then }} as changed_from
    from {{ ref("int_credit_plan") }} as plan
    inner join {{ ref("int_subscription_periods") }} as periods
        on plan.subscription_id = periods.subscription_id
    where periods.period_start >= {{ then }}

),

combined as (

    {% for source in ["used", "told", "told_first", "planned"] %}
        select
            customer_id,
            meter_id,
            changed_from
        from {{ source }}
        {{ "union all" if not loop.last }}
    {% endfor %}

),

logged as (

    select
        customer_id,
        meter_id,
        min(changed_from) as changed_from,
        {{ this_run_number() }} as run_number
    from combined
    {% if news["is_first"] %}
        -- Whoever has not run yet takes everything.
        where false
    {% endif %}
    group by customer_id, meter_id

)

select * from logged
