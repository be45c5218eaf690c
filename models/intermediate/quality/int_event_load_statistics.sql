{{ config(
    materialized="incremental",
    incremental_strategy="append",
    pre_hook="{{ clear_without_watermark() }}",
    post_hook="{{ record_watermark() }}",
) }}

-- One row per load of events, read once when it is new: how late its events were, and how many of
-- their values lost digits.

{% set first_new_row = get_first_new_row() %}

with lateness as (

    select
        load_number,
    {% for percent in [50, 90, 99] %}
        {{ exact_percentile(seconds_between("occurred_at", "loaded_at"), percent) }}
            as lateness_seconds_p{{ percent }}
        {{- "," if not loop.last }}
    {% endfor %}
    from {{ ref("stg_polar__events") }}
    where raw_row_number >= {{ first_new_row }}
    group by load_number

),

rounded as (

    select
        load_number,
        count(*) as rounded_count
    from {{ ref("int_cost_events_priced") }}
    where
        is_rounded
        and raw_row_number >= {{ first_new_row }}
    group by load_number

),

combined as (

    select
        lateness.load_number,
        coalesce(rounded.rounded_count, 0) as rounded_count,
        lateness.lateness_seconds_p50,
        lateness.lateness_seconds_p90,
        lateness.lateness_seconds_p99
    from lateness
    left outer join rounded
        on lateness.load_number = rounded.load_number

)

select * from combined
