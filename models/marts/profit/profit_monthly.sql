with components as (

    select
        *,
        cast(date_trunc('month', date_day) as date) as month_start_date
    from {{ ref("profit_components_daily") }}

),

months as (

    select distinct month_start_date
    from {{ ref("calendar") }}

),

first_months as (

    select
        customer_id,
        min(month_start_date) as first_month_start_date
    from components
    group by customer_id

),

customer_months as (

    select
        first_months.customer_id,
        months.month_start_date
    from first_months
    inner join months
        on first_months.first_month_start_date <= months.month_start_date

),

summed as (

    select
        customer_months.customer_id,
        {{ profit_sums() }},
        customer_months.month_start_date
    from customer_months
    left outer join components
        on
            customer_months.customer_id = components.customer_id
            and customer_months.month_start_date = components.month_start_date
    group by customer_months.customer_id, customer_months.month_start_date

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
        {{ cumulative_profit("month_start_date") }} as cumulative_profit_amount,
        unconverted_count,
        month_start_date
    from summed

)

select * from accumulated
