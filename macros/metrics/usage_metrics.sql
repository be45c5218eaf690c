{#-
  Costs, who was named by events, and how many people that were, one row per bucket (spec/polar.md 8.2, Costs). Days
  are known as a whole, but for the day that `as_of` cuts, of which the hours up to it are.
-#}
{% macro usage_metrics(grain) %}
    with costs as (

        {{ _days_and_hours("int_polar_costs_daily", "int_polar_costs_recent", ["cost_cents"], grain) }}

    ),

    users as (

        {{ _days_and_hours("int_users_seen_daily", "int_users_seen_recently", ["customer_reference"], grain) }}

    ),

    costs_summed as (

        select
            bucket,
            sum(cost_cents) as costs
        from costs
        group by bucket

    ),

    users_counted as (

        select
            users.bucket,
            count(distinct users.customer_reference) as active_users,
            count(distinct coalesce(customer_references.customer_id, users.customer_reference)) as active_customers
        from users
        left outer join {{ ref("int_customer_references") }} as customer_references
            on users.customer_reference = customer_references.customer_reference
        where users.customer_reference <> 'unattributed'
        group by users.bucket

    )

    select
        buckets.bucket,
        coalesce(costs_summed.costs, 0) as costs,
        {{ sum_so_far("costs_summed.costs") }} as cumulative_costs,
        coalesce(users_counted.active_users, 0) as active_users,
        coalesce(users_counted.active_customers, 0) as active_customers
    from buckets
    left outer join costs_summed
        on buckets.bucket = costs_summed.bucket
    left outer join users_counted
        on buckets.bucket = users_counted.bucket
{% endmacro %}


{% macro _days_and_hours(daily, recent, columns, grain) %}
    {%- set hours_from = local_date(hourly_metrics_start()) if grain == "hour" else as_of_date() -%}
    select
        {{ columns | join(", ") }},
        {% if grain == "hour" %}
            opening_bucket as bucket
        {% else %}
            greatest({{ bucket_of_day("date_day", grain) }}, opening_bucket) as bucket
        {% endif %}
    from {{ ref(daily) }}
    cross join bounds
    where date_day < {{ hours_from }}
    union all
    select
        {{ columns | join(", ") }},
        {% if grain == "hour" %}
            greatest(hour_start_at, opening_bucket) as bucket
        {% else %}
            greatest({{ bucket_of_day("date_day", grain) }}, opening_bucket) as bucket
        {% endif %}
    from {{ ref(recent) }}
    cross join bounds
    where date_day >= {{ hours_from }}
{% endmacro %}
