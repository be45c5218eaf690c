{{ config(
    materialized="incremental",
    incremental_strategy="append",
    pre_hook=["{{ clear_without_watermark() }}", "{{ delete_touched_trace_days() }}"],
    post_hook="{{ record_watermark() }}",
) }}

-- Days on which any trace is new or has changed are computed anew. Then every name is filled up
-- with zeros for the days without it (spec/polar.md 9.1), up to the later of `as_of` and the last
-- trace; zeros that are there already and still belong there stay.
{% set touched_days = get_touched_trace_days(get_news()) %}
{% set figures = [
    "occurrences", "customers", "total", "average", "p10", "p90", "p99", "unconverted_count",
] %}

with traces as (

    select
        *,
        {{ local_date("occurred_at") }} as date_day
    from {{ ref("cost_traces") }}
    where
        event_source = 'user'
        and {{ on_days("occurred_at", touched_days) }}

),

{{ trace_statistics("traces", ["event_name", "date_day"]) }},

known as (

    select * from trace_statistics
    {% if is_incremental() %}
        union all
        select * from {{ this }}
    {% endif %}

),

bounds as (

    select
        min(date_day) filter (where date_day >= {{ first_plausible_day() }}) as first_day,
        greatest(max(date_day), {{ as_of_date() }}) as last_day
    from known
    where occurrences > 0

),

days as (

    select {{ unnest_days("first_day", "last_day") }} as date_day
    from bounds

),

names as (

    select distinct event_name from known

),

empty_days as (

    select
        names.event_name,
        {% for figure in figures %}
            0 as {{ figure }},
        {% endfor %}
        days.date_day
    from names
    cross join days
    left outer join known
        on
            names.event_name = known.event_name
            and days.date_day = known.date_day
    where known.date_day is null

),

combined as (

    select * from trace_statistics
    union all
    select * from empty_days

)

select * from combined
