-- How fast subscriptions and customers are lost before the day of `as_of`, as Polar, Baremetrics
-- and ChartMogul count it: what predicted lifetime values are divided by.

{% set today = start_of_day(as_of_date()) %}
{% set thirty_days_ago = start_of_day(as_of_date() ~ " - interval 30 day") %}

with subscriptions as (

    select * from {{ ref("int_subscriptions_spread_monthly") }}

),

of_subscriptions as (

    select
        cast(
            count(*) filter (
                where canceled_at >= {{ thirty_days_ago }} and canceled_at < {{ today }}
            )
            as {{ type_money() }}
        ) as canceled_count,
        cast(
            count(*) filter (
                where
                coalesce(started_at <= {{ thirty_days_ago }}, true)
                and coalesce(coalesce(ended_at, ends_at) > {{ thirty_days_ago }}, true)
            )
            as {{ type_money() }}
        ) as active_count
    from subscriptions

),

spans as (

    select
        'thirty_days' as span_kind,
        {{ thirty_days_ago }} as began_at,
        {{ today }} as finished_at
    {% for months_ago in range(1, 7) %}
        {% set month = "date_trunc('month', " ~ as_of_date() ~ ") - interval " %}
        union all
        select
            'month' as span_kind,
            {{ start_of_day(month ~ months_ago ~ " month") }} as began_at,
            {{ start_of_day(month ~ (months_ago - 1) ~ " month") }} as finished_at
    {% endfor %}

),

-- Subscriptions without a start are there from the first activity on.
seen_spans as (

    select spans.*
    from spans
    inner join {{ ref("int_metrics_window") }} as metrics_window
        on spans.began_at > metrics_window.first_activity_at

),

-- One subscription that goes on keeps its customer.
customers_in_spans as (

    select
        seen_spans.span_kind,
        seen_spans.began_at,
        subscriptions.customer_id,
        bool_or({{ is_paying_at("seen_spans.finished_at") }}) as is_kept
    from subscriptions
    cross join seen_spans
    where subscriptions.monthly_minor > 0
    group by seen_spans.span_kind, seen_spans.began_at, subscriptions.customer_id
    having bool_or({{ is_paying_at("seen_spans.began_at") }})

),

of_customers as (

    select
        span_kind,
        began_at,
        {{ divide_exactly(
            "cast(count(*) filter (where not is_kept) as " ~ type_money() ~ ")",
            "cast(count(*) as " ~ type_money() ~ ")"
        ) }} as churn_ratio
    from customers_in_spans
    group by span_kind, began_at

),

averaged as (

    select
        span_kind,
        cast(sum(churn_ratio) as {{ type_money() }}) as summed_ratio,
        cast(count(*) as {{ type_money() }}) as span_count
    from of_customers
    group by span_kind

),

listed as (

    select
        'polar' as counted_by,
        {{ divide_exactly("canceled_count", "active_count") }} as churn_ratio
    from of_subscriptions
    union all
    select
        case span_kind when 'month' then 'chartmogul' else 'baremetrics' end as counted_by,
        {{ divide_exactly("summed_ratio", "span_count") }} as churn_ratio
    from averaged

)

select * from listed
