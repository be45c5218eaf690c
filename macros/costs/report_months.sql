{#-
  The months that `cost_report_monthly` computes anew: those with a day on which a cost is new or has
  changed, and the months after them. A list of first days, ISO, or none for all months.
-#}
{% macro get_touched_report_months(news) %}
    {% set days = get_touched_cost_days(news) %}
    {% if days is none %}
        {{ return(none) }}
    {% endif %}
    {% set months = [] %}
    {% for day in days %}
        {% for month in [day[:7] ~ "-01", _shift_month(day, 1)] if month not in months %}
            {% do months.append(month) %}
        {% endfor %}
    {% endfor %}
    {{ return(months) }}
{% endmacro %}


{#- The same and, for comparison, the month before each. -#}
{% macro with_months_before(months) %}
    {% if months is none %}
        {{ return(none) }}
    {% endif %}
    {% set wider = months[:] %}
    {% for month in months if _shift_month(month, -1) not in wider %}
        {% do wider.append(_shift_month(month, -1)) %}
    {% endfor %}
    {{ return(wider) }}
{% endmacro %}


{% macro _shift_month(day, by) %}
    {% set number = (day[:4] | int) * 12 + (day[5:7] | int) - 1 + by %}
    {{ return("%04d-%02d-01" | format(number // 12, number % 12 + 1)) }}
{% endmacro %}


{#- Condition that a day is in one of the months. -#}
{% macro in_months(day, months) %}
    {%- if months is none -%}
        true
    {%- elif months | length == 0 -%}
        false
    {%- else -%}
        cast(date_trunc('month', {{ day }}) as date) in (
            {%- for month in months %}cast('{{ month }}' as date){{ ", " if not loop.last }}{% endfor -%}
        )
    {%- endif -%}
{% endmacro %}


{#- Pre-hook of the report: the months that come anew. -#}
{% macro delete_touched_report_months() %}
    {% set news = get_news() %}
    {% if is_incremental() and not news["is_first"] %}
        {% set months = get_touched_report_months(news) %}
        {% if months | length > 0 %}
            delete from {{ this }} where {{ in_months("month_start_date", months) }}
        {% endif %}
    {% endif %}
{% endmacro %}
