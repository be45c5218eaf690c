{#-
  Step of `insights`: what each customer brought and cost up to the day of `as_of`, and in the 30 days
  before it. Costs of nobody are no customer's.
-#}
{% macro customer_balances() %}
    customer_balances as (

        select
            customer_id,
            cast(sum(net_revenue_amount) as {{ type_money() }}) as net_revenue_amount,
            cast(sum(cost_amount) as {{ type_money() }}) as cost_amount,
            cast(sum(profit_amount) as {{ type_money() }}) as profit_amount,
            cast(
                sum(cost_amount) filter (where {{ in_last_thirty_days("date_day") }})
                as {{ type_money() }}
            ) as recent_cost_amount,
            cast(
                sum(profit_amount) filter (where {{ in_last_thirty_days("date_day") }})
                as {{ type_money() }}
            ) as recent_profit_amount,
            sum(unconverted_count) as unconverted_count,
            -- Revenue that is unknown may be revenue.
            count(*) filter (where coalesce(revenue_amount <> 0, true)) > 0 as has_revenue,
            min(date_day) as first_day,
            max(date_day) as last_day
        from {{ ref("profit_daily") }}
        where date_day < {{ as_of_date() }} and customer_id <> 'unattributed'
        group by customer_id

    )
{% endmacro %}
