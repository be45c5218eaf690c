{#- Periods of subscriptions: steps of days, weeks, months or years in UTC (spec/polar.md 10). -#}


{#- An instant so many days, weeks, months or years later; a day that the month lacks is its last one. -#}
{% macro add_steps(instant, unit, count) -%}
    {{ return(adapter.dispatch("add_steps", "cost_insights")(instant, unit, count)) }}
{%- endmacro %}

{% macro default__add_steps(instant, unit, count) -%}
    {{ exceptions.raise_compiler_error("add_steps is not written for this engine") }}
{%- endmacro %}

{% macro duckdb__add_steps(instant, unit, count) -%}
    case {{ unit }}
        when 'day' then {{ instant }} + to_days(cast({{ count }} as integer))
        when 'week' then {{ instant }} + to_days(cast(7 * ({{ count }}) as integer))
        when 'month' then {{ instant }} + to_months(cast({{ count }} as integer))
        when 'year' then {{ instant }} + to_months(cast(12 * ({{ count }}) as integer))
    end
{%- endmacro %}


{#- How many whole steps of `count` units lie between two instants; 0 when the later one comes first. -#}
{% macro count_steps(earlier, later, unit, count) -%}
    {{ return(adapter.dispatch("count_steps", "cost_insights")(earlier, later, unit, count)) }}
{%- endmacro %}

{% macro default__count_steps(earlier, later, unit, count) -%}
    {{ exceptions.raise_compiler_error("count_steps is not written for this engine") }}
{%- endmacro %}

{#-
  Months are counted by calendar and corrected: the step that is counted may lie after the later instant,
  because its day and time do.
-#}
{% macro duckdb__count_steps(earlier, later, unit, count) -%}
    {% set microseconds = "(epoch_us(" ~ later ~ ") - epoch_us(" ~ earlier ~ "))" %}
    {% set months = "datediff('month', " ~ earlier ~ ", " ~ later ~ ")" %}
    greatest(
        0,
        case {{ unit }}
            when 'day' then {{ microseconds }} // (86400000000 * {{ count }})
            when 'week' then {{ microseconds }} // (604800000000 * {{ count }})
            {% for name, size in [("month", 1), ("year", 12)] %}
                {% set guess = months ~ " // (" ~ size ~ " * " ~ count ~ ")" %}
                when '{{ name }}'
                    then
                        {{ guess }}
                        - case
                            when
                                {{ earlier }} + to_months(cast({{ guess }} * {{ size }} * {{ count }} as integer))
                                > {{ later }}
                                then 1
                            else 0
                        end
            {% endfor %}
        end
    )
{%- endmacro %}


{#- The whole numbers from 0 to the last, one row each. -#}
{% macro unnest_numbers(last) -%}
    {{ return(adapter.dispatch("unnest_numbers", "cost_insights")(last)) }}
{%- endmacro %}

{% macro default__unnest_numbers(last) -%}
    {{ exceptions.raise_compiler_error("unnest_numbers is not written for this engine") }}
{%- endmacro %}

{% macro duckdb__unnest_numbers(last) -%}
    unnest(generate_series(0, {{ last }}))
{%- endmacro %}


{#- The months that a stretch of time touches, one row each, by their first day. -#}
{% macro unnest_months(first, last) -%}
    {{ return(adapter.dispatch("unnest_months", "cost_insights")(first, last)) }}
{%- endmacro %}

{% macro default__unnest_months(first, last) -%}
    {{ exceptions.raise_compiler_error("unnest_months is not written for this engine") }}
{%- endmacro %}

{% macro duckdb__unnest_months(first, last) -%}
    cast(unnest(generate_series(date_trunc('month', {{ first }}), {{ last }}, interval 1 month)) as date)
{%- endmacro %}
