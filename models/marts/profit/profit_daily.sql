with components as (

    select * from {{ ref("profit_components_daily") }}

),

summed as (

    select
        customer_id,
        {{ profit_sums() }},
        date_day
    from components
    group by customer_id, date_day

),

accumulated as (

    select
        customer_id,
        revenue_amount,
        refund_amount,
        dispute_amount,
        fee_amount,
        net_revenue_amount,
        cost_amount,
        profit_amount,
        {{ cumulative_profit("date_day") }} as cumulative_profit_amount,
        unconverted_count,
        date_day
    from summed

)

select * from accumulated
