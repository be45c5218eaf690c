{{ config(materialized="table") }}

-- What was received of a customer's meter up to the clock, in parts that lie in one day and between
-- two resets: whole days, but single events of days through which a reset or the clock cuts.

{% set as_of = as_of_instant() %}

with daily as (

    select * from {{ ref("int_credit_usage_daily") }}
    where first_received_at <= {{ as_of }}

),

resets as (

    select distinct
        customer_id,
        meter_id,
        occurred_at as reset_at
    from {{ ref("int_credit_steps_planned") }}
    where is_reset

),

cut_days as (

    select
        customer_id,
        meter_id,
        received_date
    from daily
    where last_received_at > {{ as_of }}
    union
    select
        daily.customer_id,
        daily.meter_id,
        daily.received_date
    from daily
    inner join resets
        on
            daily.customer_id = resets.customer_id
            and daily.meter_id = resets.meter_id
            and daily.received_date = {{ local_date("resets.reset_at") }}
    where
        daily.first_received_at < resets.reset_at
        and daily.last_received_at >= resets.reset_at

),

{{ split_parts("daily", "cut_days") }},

timeline as (

    select
        customer_id,
        meter_id,
        aggregation,
        received_date,
        {{ usage_part_names() | join(", ") }},
        last_received_at as moment,
        false as is_reset
    from parts
    union all
    select
        customer_id,
        meter_id,
        null as aggregation,
        null as received_date,
        {% for name in usage_part_names() %}
            null as {{ name }},
        {% endfor %}
        reset_at as moment,
        true as is_reset
    from resets

),

placed as (

    select
        *,
        {{ window_start("moment", "moment") }} as window_start
    from timeline

),

listed as (

    select
        customer_id,
        meter_id,
        aggregation,
        window_start,
        received_date,
        {{ usage_part_names() | join(", ") }}
    from placed
    where not is_reset

)

select * from listed
