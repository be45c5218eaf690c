{{ config(
    materialized="incremental",
    incremental_strategy="append",
    pre_hook="{{ clear_without_watermark() }}",
    post_hook="{{ record_watermark() }}",
) }}

-- A log of the older root events whose traces changed: marts of traces know from it what to compute
-- again. What a new event is the root of needs no line.

{% set news = get_news() %}
{% set first_new_row = get_first_new_row() %}
{% set since_then = "run_number > " ~ news["run_number"] %}
{% set events, priced = ref("int_events"), ref("int_cost_events_priced") %}
{% set metric_changes = ref("int_cost_metric_changes") %}
{% set is_of_changed_customer =
    is_changed("customer_reference", ref("int_customer_reference_changes"), news) %}
{% set is_rejudged = is_of_changed_verdict("raw_row_number", news) %}
{% set is_of_changed_metric = is_of_changed_metric(news) %}
{% set is_repriced = is_of_changed_rate(news) %}

with traces as (

    select * from {{ ref("int_event_traces") }}

),

{% if is_incremental() %}

    -- New children, and events that moved from one root to another.
    regrouped as (

        select root_row_number
        from traces
        where {{ since_then }}
        union
        select {{ unnest_list("former_root_row_numbers") }} as root_row_number
        from traces
        where {{ since_then }}

    ),

    -- Events whose customer or verdict changed, or that may have had a cost under a changed metric.
    changed_events as (

        select raw_row_number
        from {{ events }} as events
        where
            {{ is_of_changed_customer }}
            or {{ is_rejudged }}
            or exists (
                select 1
                from {{ metric_changes }} as definitions
                where
                    {{ is_of_changed_metric }}
                    and definitions.event_type in ('*', events.event_name)
            )
        union
        select raw_row_number
        from {{ priced }}
        where {{ is_repriced }}

    ),

    touched as (

        select root_row_number from regrouped
        union
        select coalesce(traces.root_row_number, changed_events.raw_row_number) as root_row_number
        from changed_events
        left outer join traces
            on changed_events.raw_row_number = traces.raw_row_number

    ),

    logged as (

        select
            root_row_number,
            {{ this_run_number() }} as run_number
        from touched
        where root_row_number < {{ first_new_row }}

    )

{% else %}

    logged as (

        select
            root_row_number,
            {{ this_run_number() }} as run_number
        from traces
        where false

    )

{% endif %}

select * from logged
