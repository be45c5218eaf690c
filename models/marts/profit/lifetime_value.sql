{% set today = start_of_day(as_of_date()) %}
{% set month_ago = "cast(" ~ as_of_date() ~ " - interval 30 day as date)" %}

with customers as (

    select customer_id from {{ ref("customers") }}

),

components as (

    select * from {{ ref("profit_components_daily") }}

),

-- What each customer's running subscriptions bring in a month; unknown when any of them is.
recurring as (

    select
        customer_id,
        case
            when count(*) = count(monthly_amount)
                then cast(sum(monthly_amount) as {{ type_money() }})
        end as monthly_recurring_amount
    from {{ ref("subscriptions") }}
    where {{ is_paying_at(today) }}
    group by customer_id

),

churn_ratios as (

    select
        max(churn_ratio) filter (where counted_by = 'polar') as subscription_churn_ratio,
        max(churn_ratio) filter (where counted_by = 'baremetrics') as customer_churn_ratio,
        max(churn_ratio) filter (where counted_by = 'chartmogul') as average_customer_churn_ratio
    from {{ ref("int_churn_ratios") }}

),

summed as (

    select
        customers.customer_id,
        {{ profit_sums() }},
        {{ sum_of_known(
            "amount",
            "component = 'cost' and date_day >= " ~ month_ago ~ " and date_day < " ~ as_of_date()
        ) }} as trailing_cost_amount,
        min(components.date_day) as first_activity_date,
        max(components.date_day) as last_activity_date
    from customers
    left outer join components
        on customers.customer_id = components.customer_id
    group by customers.customer_id

),

related as (

    select
        summed.customer_id,
        summed.revenue_amount,
        summed.refund_amount,
        summed.dispute_amount,
        summed.fee_amount,
        summed.net_revenue_amount,
        summed.cost_amount,
        summed.profit_amount,
        -- Cumulative profit: unknown profit is no change.
        coalesce(summed.profit_amount, 0) as lifetime_value_amount,
        {{ divide_exactly("summed.profit_amount", "summed.net_revenue_amount") }} as margin_ratio,
        recurring.monthly_recurring_amount,
        summed.trailing_cost_amount,
        churn_ratios.subscription_churn_ratio,
        churn_ratios.customer_churn_ratio,
        churn_ratios.average_customer_churn_ratio,
        summed.unconverted_count,
        summed.first_activity_date,
        summed.last_activity_date
    from summed
    left outer join recurring
        on summed.customer_id = recurring.customer_id
    cross join churn_ratios

),

-- What each of them takes a customer to earn in a month.
weighed as (

    select
        *,
        cast(monthly_recurring_amount - trailing_cost_amount as {{ type_money() }})
            as recurring_less_cost_amount,
        {{ multiply_by_ratio("monthly_recurring_amount", "margin_ratio") }}
            as recurring_margin_amount
    from related

),

predicted as (

    select
        customer_id,
        revenue_amount,
        refund_amount,
        dispute_amount,
        fee_amount,
        net_revenue_amount,
        cost_amount,
        profit_amount,
        lifetime_value_amount,
        margin_ratio,
        monthly_recurring_amount,
        trailing_cost_amount,
        subscription_churn_ratio,
        customer_churn_ratio,
        average_customer_churn_ratio,
        {% for name, amount, ratio in [
            ("polar", "recurring_less_cost_amount", "subscription_churn_ratio"),
            ("chartmogul", "recurring_margin_amount", "average_customer_churn_ratio"),
            ("baremetrics", "monthly_recurring_amount", "customer_churn_ratio"),
        ] %}
            {{ divide_exactly(amount, "cast(" ~ ratio ~ " as " ~ type_money() ~ ")") }}
                as predicted_{{ name }}_amount,
        {% endfor %}
        unconverted_count,
        first_activity_date,
        last_activity_date
    from weighed

)

select * from predicted
