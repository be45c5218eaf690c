{{ config(
    materialized="incremental",
    incremental_strategy="append",
    pre_hook="{{ clear_without_watermark() }}",
    post_hook="{{ record_watermark() }}",
) }}

-- The same log by windows between two resets: the first window to which something happened begins
-- with the last reset before.

{% set news = get_news() %}

with changes as (

    select
        customer_id,
        meter_id,
        min(changed_from) as changed_from
    from {{ ref("int_credit_changes") }}
    where run_number > {{ news["run_number"] }}
    group by customer_id, meter_id

),

resets as (

    select
        customer_id,
        meter_id,
        occurred_at as reset_at
    from {{ ref("int_credit_steps_planned") }}
    where is_reset

),

logged as (

    select
        changes.customer_id,
        changes.meter_id,
        coalesce(max(resets.reset_at), {{ first_window_start() }}) as window_from,
        {{ this_run_number() }} as run_number
    from changes
    left outer join resets
        on
            changes.customer_id = resets.customer_id
            and changes.meter_id = resets.meter_id
            and changes.changed_from > resets.reset_at
    {% if news["is_first"] %}
        where false
    {% endif %}
    group by changes.customer_id, changes.meter_id

)

select * from logged
