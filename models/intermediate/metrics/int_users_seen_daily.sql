{{ config(
    materialized="incremental",
    incremental_strategy="delete+insert",
    unique_key=["date_day", "customer_reference"],
    pre_hook="{{ clear_without_watermark() }}",
    post_hook="{{ record_watermark() }}",
) }}

-- Who was named by Polar's events on a day, as sent: by customer id or by external id
-- (spec/polar.md 8.2, active_user_by_event). Verdicts on Polar's events are final, so new rows only
-- add.

with events as (

    select
        {{ local_date("occurred_at") }} as date_day,
        coalesce(customer_id, 'external:' || external_customer_id, 'unattributed')
            as customer_reference
    from {{ ref("stg_polar__events") }}
    where raw_row_number >= {{ get_first_new_row() }}

),

named as (

    select distinct
        date_day,
        customer_reference
    from events

)

select * from named
