{{ config(
    materialized="incremental",
    incremental_strategy="append",
    pre_hook=[
        "{{ clear_without_watermark() }}",
        "{{ delete_changed_definitions() }}",
        "{{ delete_changed_verdicts() }}",
    ],
    post_hook="{{ record_watermark() }}",
) }}

{% set news = get_news() %}

with copies as (

    select * from {{ ref("int_event_copies") }}

),

{% for kind, values, key, is_of_changed_definition in [
    ("cost_metric", ref("int_cost_events_priced"), "cost_metric_id", is_of_changed_metric(news)),
    ("meter", ref("int_meter_events_matched"), "meter_id", is_of_changed_meter(news)),
] %}

    rejected_by_{{ kind }} as (

        select
            event_id,
            '{{ kind }}' as definition_kind,
            {{ key }} as definition_id,
            reject_reason
        from {{ values }}
        where
            reject_reason is not null
            and raw_row_number not in (select copies.raw_row_number from copies)
            and (
                raw_row_number >= {{ get_first_new_row() }}
                or {{ is_of_changed_verdict("raw_row_number", news) }}
                or {{ is_of_changed_definition }}
            )

    ),

{% endfor %}

-- What Polar's own events say of credits has no definition but their name.
rejected_credits as (

    select
        event_id,
        'credit' as definition_kind,
        event_name as definition_id,
        reject_reason
    from {{ ref("int_credit_events") }}
    where reject_reason is not null and raw_row_number >= {{ get_first_new_row() }}

),

combined as (

    select * from rejected_by_cost_metric
    union all
    select * from rejected_by_meter
    union all
    select * from rejected_credits

)

select * from combined
