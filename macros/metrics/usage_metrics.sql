{#-
  Costs, and how many people events named, one row per bucket (spec/polar.md 8.2, Costs). Days are known as a whole,
  but for the day that `as_of` cuts, of which the hours up to it are.
-#}
{% macro usage_metrics(grain) %}
    with costs as (

        {{ _costs_by_bucket(grain) }}

    ),

    users_counted as (

        {{ _users_counted(grain) }}

    ),

    costs_summed as (

        select
            bucket,
            sum(cost_cents) as costs
        from costs
        group by bucket

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


{% macro _costs_by_bucket(grain) %}
    {%- set hours_from = local_date(hourly_metrics_start()) if grain == "hour" else as_of_date() -%}
    select
        cost_cents,
        {% if grain == "hour" %}
            opening_bucket as bucket
        {% else %}
            greatest({{ bucket_of_day("date_day", grain) }}, opening_bucket) as bucket
        {% endif %}
    from {{ ref("int_polar_costs_daily") }}
    cross join bounds
    where date_day < {{ hours_from }}
    union all
    select
        cost_cents,
        {% if grain == "hour" %}
            greatest(hour_start_at, opening_bucket) as bucket
        {% else %}
            greatest({{ bucket_of_day("date_day", grain) }}, opening_bucket) as bucket
        {% endif %}
    from {{ ref("int_polar_costs_recent") }}
    cross join bounds
    where date_day >= {{ hours_from }}
{% endmacro %}


{#- Whole periods are counted already; of the one that `as_of` cuts, the days before it and its hours are looked at. -#}
{% macro _users_counted(grain) %}
    {% set counted, hours = ref("int_users_counted"), ref("int_users_seen_recently") %}
    {% set days, months = ref("int_users_seen_daily"), ref("int_users_seen_monthly") %}
    with users as (

        {% if grain == "hour" %}
            select
                hour_start_at as bucket,
                customer_reference
            from {{ hours }}
        {% else %}
            {% set current = bucket_of_day(as_of_date(), grain) %}
            select
                {{ current }} as bucket,
                customer_reference
            from {{ hours }}
            where date_day = {{ as_of_date() }}
            {% if grain == "week" %}
                union all
                select
                    {{ current }} as bucket,
                    customer_reference
                from {{ days }}
                where date_day >= {{ current }} and date_day < {{ as_of_date() }}
            {% elif grain in ["month", "year"] %}
                union all
                select
                    {{ current }} as bucket,
                    customer_reference
                from {{ months }}
                where month_start_date >= {{ current }} and first_date_day < {{ as_of_date() }}
            {% endif %}
        {% endif %}

    )

    select
        users.bucket,
        count(distinct users.customer_reference) as active_users,
        count(distinct coalesce(customer_references.customer_id, users.customer_reference)) as active_customers
    from users
    left outer join {{ ref("int_customer_references") }} as customer_references
        on users.customer_reference = customer_references.customer_reference
    where users.customer_reference <> 'unattributed'
    group by users.bucket
    {% if grain != "hour" %}
        union all
        select
            bucket,
            active_users,
            active_customers
        from {{ counted }}
        where grain = '{{ grain }}' and bucket < {{ current }}
    {% endif %}
{% endmacro %}
