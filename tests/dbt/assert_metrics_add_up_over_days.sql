-- What adds up over time adds up: days to weeks, months and years. What lasts is at the end of a
-- period what it is on its last day, unless the clock cuts that period. New and renewed orders are
-- one or the other by the length of the period, but always both together.

{% set summed = [
    "churned_subscriptions", "orders", "revenue", "net_revenue", "one_time_products",
    "one_time_products_revenue", "one_time_products_net_revenue", "subscription_revenue",
    "subscription_net_revenue", "canceled_subscriptions", "canceled_subscriptions_other", "costs",
    "cashflow", "checkouts", "succeeded_checkouts", "new_seat_customers", "churned_seat_customers",
] %}
{% set lasting = [
    "active_subscriptions", "committed_subscriptions", "cumulative_revenue",
    "net_cumulative_revenue", "cumulative_costs", "gross_margin", "seats_total", "seats_claimed",
    "seats_pending", "seat_customers",
] %}
{% set relations = {
    "day": ref("metrics_daily"),
    "week": ref("metrics_weekly"),
    "month": ref("metrics_monthly"),
    "year": ref("metrics_yearly"),
} %}

{% for grain, relation in relations.items() %}
    {{ "with " if loop.first }}{{ grain }}s as (

        select
            *,
            new_subscriptions_revenue + renewed_subscriptions_revenue as subscription_revenue,
            new_subscriptions_net_revenue + renewed_subscriptions_net_revenue
                as subscription_net_revenue,
            {{ local_date("period_start") }} as date_day,
            period_start = max(period_start) over () as is_last
        from {{ relation }}

    ),

{% endfor %}

{% for grain in ["week", "month", "year"] %}
    {{ grain }}_sums as (

        select
            {% for name in summed %}
                sum({{ name }}) as {{ name }},
            {% endfor %}
            {% for name in lasting %}
                max_by({{ name }}, date_day) as {{ name }},
            {% endfor %}
            {{ bucket_of_day("date_day", grain) }} as date_day
        from days
        group by {{ bucket_of_day("date_day", grain) }}

    ),

    {{ grain }}_differences as (

        select {{ grain }}s.period_start
        from {{ grain }}s
        full outer join {{ grain }}_sums as sums
            on {{ bucket_of_day(grain ~ "s.date_day", grain) }} = sums.date_day
        where
            {{ grain }}s.period_start is null
            or not ({{ same_in_all(summed, grain ~ "s", "sums") }})
            or (
                not {{ grain }}s.is_last
                and not ({{ same_in_all(lasting, grain ~ "s", "sums") }})
            )

    ),

{% endfor %}

differences as (

    select period_start from week_differences
    union all
    select period_start from month_differences
    union all
    select period_start from year_differences

)

select * from differences
