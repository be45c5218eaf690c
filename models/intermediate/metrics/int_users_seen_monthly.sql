{{ config(
    materialized="incremental",
    incremental_strategy="append",
    pre_hook=[
        "{{ clear_without_watermark() }}",
        "{{ delete_touched_user_months() }}",
    ],
    post_hook="{{ record_watermark() }}",
) }}

{% set days = get_touched_user_days(get_news()) %}

-- Whole months are computed anew: those of which an event is new.
with seen as (

    select * from {{ ref("int_users_seen_daily") }}
    where {{ in_buckets_of("date_day", days, "month") }}

),

first_seen as (

    select
        customer_reference,
        min(date_day) as first_date_day,
        {{ bucket_of_day("date_day", "month") }} as month_start_date
    from seen
    group by customer_reference, month_start_date

)

select * from first_seen
