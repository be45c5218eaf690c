-- The rows of each dimension of a metric add up to what the metric cost, customer by customer and
-- day by day. Looks at days on which an event is new or has changed since the test last passed, and
-- at all days of metrics whose definition has; `make audit` at all.

{% set news = get_news() %}
{% set days = get_touched_cost_days(news) %}

with dimensions as (
    {% for metric in get_cost_metrics() %}
        {% for dimension_name in metric.dimension_keys %}
            select
                {{ text_literal(metric.cost_metric_id) }} as cost_metric_id,
                {{ text_literal(dimension_name) }} as dimension_name
            union all
        {% endfor %}
    {% endfor %}
    select
        cast(null as string) as cost_metric_id,
        cast(null as string) as dimension_name
    where false
),

expected as (
    select
        costs_daily.cost_metric_id,
        dimensions.dimension_name,
        costs_daily.customer_id,
        costs_daily.date_day,
        costs_daily.cost_amount,
        costs_daily.event_count,
        costs_daily.unconverted_count
    from {{ ref('costs_daily') }} as costs_daily
    inner join dimensions
        on costs_daily.cost_metric_id = dimensions.cost_metric_id
),

found as (
    select
        cost_metric_id,
        dimension_name,
        customer_id,
        date_day,
        cast(sum(cost_amount) as {{ type_money() }}) as cost_amount,
        cast(sum(event_count) as bigint) as event_count,
        cast(sum(unconverted_count) as bigint) as unconverted_count
    from {{ ref('cost_by_dimension_daily') }}
    where {{ in_days('date_day', days) }} or {{ is_of_changed_metric(news) }}
    group by cost_metric_id, dimension_name, customer_id, date_day
),

differing as (
    (
        select * from expected
        where {{ in_days('date_day', days) }} or {{ is_of_changed_metric(news) }}
        except all
        select * from found
    )
    union all
    (
        select * from found
        except all
        select * from expected
        where {{ in_days('date_day', days) }} or {{ is_of_changed_metric(news) }}
    )
)

select * from differing
