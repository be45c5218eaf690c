{#- The smallest value that at least `percent` of a group's values do not exceed; exact. -#}
{% macro exact_percentile(expression, percent) -%}
    {{ return(adapter.dispatch("exact_percentile", "cost_insights")(expression, percent)) }}
{%- endmacro %}

{% macro default__exact_percentile(expression, percent) -%}
    {{ exceptions.raise_compiler_error("exact_percentile is not written for this engine") }}
{%- endmacro %}

{% macro duckdb__exact_percentile(expression, percent) -%}
    quantile_disc({{ expression }}, {{ percent }} / 100.0)
{%- endmacro %}


{#- Whole seconds from one instant to another; negative when the second comes first. -#}
{% macro seconds_between(earlier, later) -%}
    {{ return(adapter.dispatch("seconds_between", "cost_insights")(earlier, later)) }}
{%- endmacro %}

{% macro default__seconds_between(earlier, later) -%}
    {{ exceptions.raise_compiler_error("seconds_between is not written for this engine") }}
{%- endmacro %}

{% macro duckdb__seconds_between(earlier, later) -%}
    (epoch_us({{ later }}) - epoch_us({{ earlier }})) // 1000000
{%- endmacro %}
