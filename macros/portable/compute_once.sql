{#-
  Keeps an engine from computing a costly expression again in a filter that it pushes below the step:
  a list of one element, unfolded, cannot be pushed through. One such column in a select, no more.
-#}
{% macro compute_once(expression) -%}
    {{ return(adapter.dispatch("compute_once", "cost_insights")(expression)) }}
{%- endmacro %}

{% macro default__compute_once(expression) -%}
    {{ exceptions.raise_compiler_error("compute_once is not written for this engine") }}
{%- endmacro %}

{% macro duckdb__compute_once(expression) -%}
    {{ return("unnest([" ~ expression ~ "])") }}
{%- endmacro %}
