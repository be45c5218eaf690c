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


{#- The known values of a group, sorted; null when none is. -#}
{% macro sorted_list(expression) -%}
    {{ return(adapter.dispatch("sorted_list", "cost_insights")(expression)) }}
{%- endmacro %}

{% macro default__sorted_list(expression) -%}
    {{ exceptions.raise_compiler_error("sorted_list is not written for this engine") }}
{%- endmacro %}

{% macro duckdb__sorted_list(expression) -%}
    list_sort(list({{ expression }}) filter (where {{ expression }} is not null))
{%- endmacro %}


{#-
  The value at position (n - 1) p of a sorted list of amounts, counted from 0; between two of them on
  the line that joins them. Exact, rounded once, half away from zero, to 12 decimals.
-#}
{% macro interpolated_percentile(sorted_amounts, percent) -%}
    {{ return(adapter.dispatch("interpolated_percentile", "cost_insights")(sorted_amounts, percent)) }}
{%- endmacro %}

{% macro default__interpolated_percentile(sorted_amounts, percent) -%}
    {{ exceptions.raise_compiler_error("interpolated_percentile is not written for this engine") }}
{%- endmacro %}

{% macro duckdb__interpolated_percentile(sorted_amounts, percent) -%}
    {% set hundredths = "((len(" ~ sorted_amounts ~ ") - 1) * " ~ percent ~ ")" %}
    {% set below = sorted_amounts ~ "[1 + " ~ hundredths ~ " // 100]" %}
    {% set above = sorted_amounts ~ "[1 + (" ~ hundredths ~ " + 99) // 100]" %}
    cast(
        round(
            {{ below }}
            + cast({{ above }} - {{ below }} as decimal(34, 14))
            * cast(({{ hundredths }} % 100) * cast(0.01 as decimal(19, 2)) as decimal(4, 2)),
            12
        ) as decimal(38, 12)
    )
{%- endmacro %}


{#- The different values of the rows of a group that meet a condition, as a list; null when none does. -#}
{% macro distinct_list(expression, condition) -%}
    {{ return(adapter.dispatch("distinct_list", "cost_insights")(expression, condition)) }}
{%- endmacro %}

{% macro default__distinct_list(expression, condition) -%}
    {{ exceptions.raise_compiler_error("distinct_list is not written for this engine") }}
{%- endmacro %}

{% macro duckdb__distinct_list(expression, condition) -%}
    list(distinct {{ expression }}) filter (where {{ condition }})
{%- endmacro %}
