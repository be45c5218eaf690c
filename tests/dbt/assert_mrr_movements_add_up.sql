-- Each month begins where the one before ended and ends where its movements lead, and all customers
-- together have the recurring revenue of `metrics_monthly`.
with movements as (
    select * from {{ ref('mrr_movements_monthly') }}
),

months as (
    select
        cast({{ local_date('period_start') }} as date) as month_start_date,
        monthly_recurring_revenue
    from {{ ref('metrics_monthly') }}
),

linked as (
    select
        *,
        lag(closing_amount) over by_month as previous_closing_amount,
        lag(month_start_date) over by_month as previous_month_start_date
    from movements
    window by_month as (partition by customer_id order by month_start_date)
),

broken as (
    select 'month' as failure
    from linked
    where
        opening_amount <> case
            when previous_month_start_date + interval 1 month = month_start_date
                then previous_closing_amount
            else 0
        end
        -- A month without a row is one without revenue.
        or (
            previous_month_start_date + interval 1 month < month_start_date
            and previous_closing_amount <> 0
        )
        or closing_amount
        <> opening_amount + new_amount + expansion_amount + contraction_amount + churned_amount
        + reactivated_amount
),

summed as (
    select
        month_start_date,
        sum(closing_amount) as closing_amount
    from movements
    group by month_start_date
),

differing as (
    select 'total' as failure
    from months
    full outer join summed
        on months.month_start_date = summed.month_start_date
    where
        months.month_start_date is null
        or months.monthly_recurring_revenue <> coalesce(summed.closing_amount, 0)
),

failures as (
    select * from broken
    union all
    select * from differing
)

select * from failures
