{{ config(
    materialized="incremental",
    incremental_strategy="append",
    pre_hook=[
        "{{ clear_without_watermark() }}",
        "{{ delete_changed_charges() }}",
    ],
    post_hook="{{ record_watermark() }}",
) }}

-- The period that an order of a subscription settles: the last one that had ended when it was made,
-- or the first one while none has (spec/polar.md 6.2).

{% set news = get_news() %}

with subscription_orders as (

    select * from {{ ref("stg_polar__orders") }}
    where subscription_id is not null and order_status not in ('draft', 'void')

),

orders as (

    {{ of_changed_charges("subscription_orders", news, "true") }}

),

settling as (

    select
        orders.order_id,
        orders.subscription_id,
        orders.replaced_from,
        max(periods.period_start) as period_start,
        max(orders.created_at >= periods.period_end) as is_after_period
    from orders
    inner join {{ ref("int_subscription_periods") }} as periods
        on
            orders.subscription_id = periods.subscription_id
            and (orders.created_at >= periods.period_end or periods.period_number = 1)
    group by orders.order_id, orders.subscription_id, orders.replaced_from

),

listed as (

    select
        order_id,
        subscription_id,
        period_start,
        is_after_period
    from settling
    where period_start >= replaced_from

)

select * from listed
