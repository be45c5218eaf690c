{{ config(
    materialized="incremental",
    incremental_strategy="append",
    pre_hook=[
        "{{ clear_without_watermark() }}",
        "{{ delete_changed_windows('old_rows.date_day >= ' ~ local_date('changes.window_from')) }}",
    ],
    post_hook="{{ record_watermark() }}",
) }}

{% set news = get_news() %}

with movements as (

    {{ of_changed_windows(
        ref("credit_movements"),
        news,
        local_date("changed_rows.occurred_at") ~ " >= " ~ local_date("changes.window_from")
    ) }}

),

closing as (

    select
        customer_id,
        meter_id,
        max_by(balance_units_after, movement_number) as balance_units,
        count(*) as movement_count,
        {{ local_date("occurred_at") }} as date_day
    from movements
    group by customer_id, meter_id, date_day

)

select * from closing
