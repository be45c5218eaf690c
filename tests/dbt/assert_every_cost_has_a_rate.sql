{{ config(severity='warn', fail_calc='coalesce(sum(unconverted_count), 0)') }}

-- Cost events without a rate, by currency; `dbt show --select assert_every_cost_has_a_rate` lists
-- them. The days that have any are known from costs_daily, so no other day of events is read.

{% set days = get_unconverted_days(ref('costs_daily')) %}

with unconverted as (
    select
        native_currency,
        count(*) as unconverted_count,
        min({{ local_date('occurred_at') }}) as first_date,
        max({{ local_date('occurred_at') }}) as last_date
    from {{ ref('cost_events') }}
    where
        cost_amount is null
        and {{ on_days('occurred_at', days) }}
    group by native_currency
)

select * from unconverted
