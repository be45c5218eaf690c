{{ config(
    materialized="incremental",
    incremental_strategy="append",
    pre_hook="{{ clear_without_watermark() }}",
    post_hook="{{ record_watermark() }}",
) }}

with cost_values as (

    select
        event_id,
        cost_metric_id as definition_id,
        reject_reason
    from {{ ref("int_cost_events_priced") }}
    where
        reject_reason is not null
        and raw_row_number >= {{ get_first_new_row() }}

)

select * from cost_values
