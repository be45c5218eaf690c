with customers as (

    select customer_id from {{ ref("customers") }}

),

components as (

    select * from {{ ref("profit_components_daily") }}

),

summed as (

    select
        customers.customer_id,
        {{ profit_sums() }},
        min(components.date_day) as first_activity_date,
        max(components.date_day) as last_activity_date
    from customers
    left outer join components
        on customers.customer_id = components.customer_id
    group by customers.customer_id

),

related as (

    select
        customer_id,
        revenue_amount,
        refund_amount,
        dispute_amount,
        fee_amount,
        net_revenue_amount,
        cost_amount,
        profit_amount,
        -- Cumulative profit: unknown profit is no change.
        coalesce(profit_amount, 0) as lifetime_value_amount,
        {{ divide_exactly("profit_amount", "net_revenue_amount") }} as margin_ratio,
        unconverted_count,
        first_activity_date,
        last_activity_date
    from summed

)

select * from related
