-- What the customers of a first month were worth, month by month since. Events of nobody are no
-- customer and have no cohort.

with components as (

    select
        *,
        cast(date_trunc('month', date_day) as date) as month_start_date
    from {{ ref("profit_components_daily") }}
    where customer_id <> 'unattributed'

),

monthly as (

    select * from {{ ref("profit_monthly") }}
    where customer_id <> 'unattributed'

),

cohorts as (

    select
        customer_id,
        min(month_start_date) as cohort_month_start_date
    from monthly
    group by customer_id

),

-- A customer has a row in every month since the first, so a cohort's months are without gaps.
accumulated as (

    select
        cohorts.cohort_month_start_date,
        count(*) as customers,
        cast(sum(monthly.cumulative_profit_amount) as {{ type_money() }})
            as cumulative_profit_amount,
        {{ sorted_list("monthly.cumulative_profit_amount") }} as sorted_amounts,
        monthly.month_start_date
    from monthly
    inner join cohorts
        on monthly.customer_id = cohorts.customer_id
    group by cohorts.cohort_month_start_date, monthly.month_start_date

),

cohort_components as (

    select
        cohorts.cohort_month_start_date,
        components.*
    from components
    inner join cohorts
        on components.customer_id = cohorts.customer_id

),

happened as (

    select
        cohort_month_start_date,
        count(distinct customer_id) as retained,
        {{ profit_sums() }},
        month_start_date
    from cohort_components
    group by cohort_month_start_date, month_start_date

),

acquisition_costs as (

    select * from {{ ref("int_acquisition_costs") }}
    where reject_reason is null

),

described as (

    select
        accumulated.cohort_month_start_date,
        row_number() over (
            partition by accumulated.cohort_month_start_date
            order by accumulated.month_start_date
        ) - 1 as months_since,
        accumulated.customers,
        -- A month in which nothing happened to the cohort has zeros.
        coalesce(happened.retained, 0) as retained,
        {% for column in ["revenue_amount", "cost_amount", "profit_amount"] %}
            case
                when happened.month_start_date is null then 0 else happened.{{ column }}
            end as {{ column }},
        {% endfor %}
        accumulated.cumulative_profit_amount,
        {{ divide_exactly(
            "accumulated.cumulative_profit_amount",
            "cast(accumulated.customers as " ~ type_money() ~ ")"
        ) }} as cumulative_profit_mean,
        {% for name, percent in [("median", 50), ("p10", 10), ("p90", 90)] %}
            {{ interpolated_percentile("accumulated.sorted_amounts", percent) }}
                as cumulative_profit_{{ name }},
        {% endfor %}
        acquisition_costs.acquisition_cost_amount,
        coalesce(happened.unconverted_count, 0) as unconverted_count,
        accumulated.month_start_date
    from accumulated
    left outer join happened
        on
            accumulated.cohort_month_start_date = happened.cohort_month_start_date
            and accumulated.month_start_date = happened.month_start_date
    left outer join acquisition_costs
        on accumulated.cohort_month_start_date = acquisition_costs.cohort_month_start_date

),

paid_back as (

    select
        cohort_month_start_date,
        months_since,
        customers,
        retained,
        revenue_amount,
        cost_amount,
        profit_amount,
        cumulative_profit_amount,
        cumulative_profit_mean,
        cumulative_profit_median,
        cumulative_profit_p10,
        cumulative_profit_p90,
        acquisition_cost_amount,
        min(case when cumulative_profit_amount >= acquisition_cost_amount then months_since end)
            over (partition by cohort_month_start_date) as payback,
        unconverted_count,
        month_start_date
    from described

)

select * from paid_back
