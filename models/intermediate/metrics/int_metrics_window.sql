-- One row: when the first thing happened that any metric counts, up to `as_of`. From there on
-- `metrics_*` have rows. Times before 2000 are placeholders, such as 1970-01-01; what they are
-- given to counts as having come before all rows.

with instants as (

    {% for model, instant in [
        ("int_revenue_lines", "dated_at"),
        ("int_orders_dated", "dated_at"),
        ("int_subscription_movements", "started_at"),
        ("int_subscription_movements", "ended_at"),
        ("int_subscription_movements", "canceled_at"),
        ("int_subscriptions_begun", "new_at"),
        ("int_subscriptions_canceled", "canceled_at"),
        ("int_checkouts_opened", "opened_at"),
        ("int_seats_held", "created_at"),
        ("int_users_counted", start_of_day("bucket")),
        ("int_polar_costs_daily", start_of_day("date_day")),
        ("int_users_seen_recently", "hour_start_at"),
        ("int_polar_costs_recent", "hour_start_at"),
    ] %}
        select {{ instant }} as instant
        from {{ ref(model) }}
        -- Of later days the hours are known.
        {% if model == "int_polar_costs_daily" %}
            where date_day < {{ local_date(hourly_metrics_start()) }}
        {% elif model == "int_users_counted" %}
            where grain = 'day' and bucket < {{ local_date(hourly_metrics_start()) }}
        {% endif %}
        {% if not loop.last %}
            union all
        {% endif %}
    {% endfor %}

),

earliest as (

    select coalesce(min(instant), {{ as_of_instant() }}) as first_activity_at
    from instants
    where instant >= cast('2000-01-01' as timestamp) and instant <= {{ as_of_instant() }}

)

select * from earliest
