-- A customer's running profit ends, by day and by month, at the lifetime value.
with daily_ends as (
    select
        customer_id,
        cumulative_profit_amount,
        row_number() over (partition by customer_id order by date_day desc) as recency
    from {{ ref('profit_daily') }}
),

monthly_ends as (
    select
        customer_id,
        cumulative_profit_amount,
        row_number() over (partition by customer_id order by month_start_date desc) as recency
    from {{ ref('profit_monthly') }}
),

compared as (
    select
        lifetime_value.customer_id,
        lifetime_value.lifetime_value_amount,
        coalesce(daily_ends.cumulative_profit_amount, 0) as daily_amount,
        coalesce(monthly_ends.cumulative_profit_amount, 0) as monthly_amount
    from {{ ref('lifetime_value') }} as lifetime_value
    left outer join daily_ends
        on
            lifetime_value.customer_id = daily_ends.customer_id
            and daily_ends.recency = 1
    left outer join monthly_ends
        on
            lifetime_value.customer_id = monthly_ends.customer_id
            and monthly_ends.recency = 1
),

differing as (
    select *
    from compared
    where
        lifetime_value_amount <> daily_amount
        or lifetime_value_amount <> monthly_amount
)

select * from differing
