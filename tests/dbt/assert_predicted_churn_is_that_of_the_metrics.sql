-- What lifetime values are predicted with agrees with the tables beside it: Polar's churn with
-- `metrics_daily` on the day of `as_of`, ChartMogul's with `mrr_movements_monthly` in six months.
with churn_ratios as (
    select * from {{ ref('int_churn_ratios') }}
),

last_day as (
    select churn_rate from {{ ref('metrics_daily') }}
    qualify row_number() over (order by period_start desc) = 1
),

months as (
    select
        month_start_date,
        {{ divide_exactly(
            "cast(count(*) filter (where churned_amount <> 0) as decimal(38, 14))",
            "cast(count(*) as decimal(38, 14))"
        ) }} as churn_ratio
    from {{ ref('mrr_movements_monthly') }}
    where
        opening_amount > 0
        and month_start_date < date_trunc('month', {{ as_of_date() }})
        and month_start_date >= date_trunc('month', {{ as_of_date() }}) - interval 6 month
    group by month_start_date
),

six_months as (
    select
        {{ divide_exactly(
            "cast(sum(churn_ratio) as decimal(38, 14))",
            "cast(count(*) as decimal(38, 14))"
        ) }} as churn_ratio
    from months
),

compared as (
    select
        churn_ratios.counted_by,
        coalesce(churn_ratios.churn_ratio, 0) as churn_ratio,
        last_day.churn_rate as expected_ratio
    from churn_ratios
    cross join last_day
    where churn_ratios.counted_by = 'polar'
    union all
    select
        'chartmogul' as counted_by,
        churn_ratios.churn_ratio,
        six_months.churn_ratio as expected_ratio
    from six_months
    left outer join churn_ratios
        on churn_ratios.counted_by = 'chartmogul'
),

failures as (
    select *
    from compared
    where churn_ratio is distinct from expected_ratio
)

select * from failures
