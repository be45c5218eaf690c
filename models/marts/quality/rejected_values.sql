{{ config(
    materialized="incremental",
    incremental_strategy="append",
    pre_hook=[
        "{{ clear_without_watermark() }}",
        "{{ delete_changed_metrics('definition_id') }}",
        "{{ delete_changed_verdicts() }}",
    ],
    post_hook="{{ record_watermark() }}",
) }}

{% set news = get_news() %}

with cost_values as (

    select
        event_id,
        cost_metric_id as definition_id,
        reject_reason
    from {{ ref("int_cost_events_priced") }}
    where
        reject_reason is not null
        and raw_row_number not in (
            select copies.raw_row_number from {{ ref("int_event_copies") }} as copies
        )
        and (
            raw_row_number >= {{ get_first_new_row() }}
            or {{ is_of_changed_verdict("raw_row_number", news) }}
            or {{ is_of_changed_metric(news) }}
        )

)

select * from cost_values
