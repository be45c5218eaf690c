{{ config(
    materialized="incremental",
    incremental_strategy="append",
    pre_hook="{{ clear_without_watermark() }}",
    post_hook="{{ record_watermark() }}",
) }}

-- A log of the orders of subscriptions that were landed, with the subscription that each named.

with orders as (

    select * from {{ ref("stg_polar__orders") }}
    where raw_row_number >= {{ get_first_new_row() }}

),

logged as (

    select
        order_id,
        subscription_id,
        {{ this_run_number() }} as run_number
    from orders

)

select * from logged
