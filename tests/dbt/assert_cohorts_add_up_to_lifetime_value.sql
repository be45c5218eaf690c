-- The cohorts hold every customer with any activity once, and all their months add up to what
-- the customers are worth; what is of nobody is left out.
with cohorts as (
    select * from {{ ref('lifetime_value_cohorts') }}
),

lifetime_values as (
    select * from {{ ref('lifetime_value') }}
    where customer_id <> 'unattributed' and first_activity_date is not null
),

{% set amounts = ["revenue_amount", "cost_amount", "profit_amount", "unconverted_count"] %}

of_cohorts as (
    select
        {% for column in amounts %}
            coalesce(sum({{ column }}), 0) as {{ column }},
        {% endfor %}
        coalesce(sum(customers) filter (where months_since = 0), 0) as customers
    from cohorts
),

of_customers as (
    select
        {% for column in amounts %}
            coalesce(sum({{ column }}), 0) as {{ column }},
        {% endfor %}
        count(*) as customers
    from lifetime_values
),

-- A cohort's running sum is that of its months.
recomputed as (
    select
        cumulative_profit_amount,
        sum(coalesce(profit_amount, 0)) over (
            partition by cohort_month_start_date
            order by months_since
            rows between unbounded preceding and current row
        ) as recomputed_amount
    from cohorts
),

failures as (
    select 'totals' as failure
    from of_cohorts
    cross join of_customers
    where
        of_cohorts.customers <> of_customers.customers
        {% for column in amounts %}
            or of_cohorts.{{ column }} <> of_customers.{{ column }}
        {% endfor %}
    union all
    select 'running sum' as failure
    from recomputed
    where cumulative_profit_amount <> recomputed_amount
)

select * from failures
