{#-
  Steps of `insights`, the last of them named `trend`: one row, the metrics of the day of `as_of` beside
  those of 30 days before, which are null when there was no such day yet.
-#}
{% macro metric_trend() %}
    metric_days as (

        select
            *,
            row_number() over (order by period_start desc) as recency
        from {{ ref("metrics_daily") }}

    ),

    compared as (

        select
            today.period_start,
            before.period_start as previous_period_start,
            today.active_subscriptions,
            {% for metric in ["cost_per_user", "gross_margin_percentage", "monthly_recurring_revenue"] %}
                cast(today.{{ metric }} as {{ type_quantity() }}) as {{ metric }},
                cast(before.{{ metric }} as {{ type_quantity() }}) as previous_{{ metric }}
                {{- "," if not loop.last }}
            {% endfor %}
        from metric_days as today
        left outer join metric_days as before
            on before.recency = 31
        where today.recency = 1

    ),

    trend as (

        select
            *,
            {% for metric in ["cost_per_user", "monthly_recurring_revenue"] %}
                {{ divide_exactly(metric ~ " - previous_" ~ metric, "previous_" ~ metric) }}
                    as {{ metric }}_change_ratio
                {{- "," if not loop.last }}
            {% endfor %}
        from compared

    )
{% endmacro %}
