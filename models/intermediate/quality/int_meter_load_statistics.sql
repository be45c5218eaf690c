{{ config(
    materialized="incremental",
    incremental_strategy="append",
    pre_hook=[
        "{{ clear_without_watermark() }}",
        "{{ delete_changed_meters() }}",
        "{{ delete_changed_verdicts('load_number') }}",
    ],
    post_hook="{{ record_watermark() }}",
) }}

-- One row per load and meter of which values lost digits.

{% set news = get_news() %}

with rounded as (

    select
        load_number,
        meter_id,
        count(*) as rounded_count
    from {{ ref("int_meter_events_matched") }}
    where
        is_rounded
        and raw_row_number not in (
            select copies.raw_row_number from {{ ref("int_event_copies") }} as copies
        )
        and (
            raw_row_number >= {{ get_first_new_row() }}
            or {{ is_of_changed_verdict("load_number", news) }}
            or {{ is_of_changed_meter(news) }}
        )
    group by load_number, meter_id

)

select * from rounded
