{#- Lists as column values. -#}
{% macro empty_list(type) -%}
    {{ return(adapter.dispatch("empty_list", "cost_insights")(type)) }}
{%- endmacro %}

{% macro default__empty_list(type) -%}
    {{ exceptions.raise_compiler_error("empty_list is not written for this engine") }}
{%- endmacro %}

{% macro duckdb__empty_list(type) -%}
    cast([] as {{ type }}[])
{%- endmacro %}


{% macro append_to_list(list, element) -%}
    {{ return(adapter.dispatch("append_to_list", "cost_insights")(list, element)) }}
{%- endmacro %}

{% macro default__append_to_list(list, element) -%}
    {{ exceptions.raise_compiler_error("append_to_list is not written for this engine") }}
{%- endmacro %}

{% macro duckdb__append_to_list(list, element) -%}
    list_append({{ list }}, {{ element }})
{%- endmacro %}


{#- The elements of a list column, one row each. -#}
{% macro unnest_list(list) -%}
    {{ return(adapter.dispatch("unnest_list", "cost_insights")(list)) }}
{%- endmacro %}

{% macro default__unnest_list(list) -%}
    {{ exceptions.raise_compiler_error("unnest_list is not written for this engine") }}
{%- endmacro %}

{% macro duckdb__unnest_list(list) -%}
    unnest({{ list }})
{%- endmacro %}


{#- The list of those expressions of one type that are not null. -#}
{% macro list_values(expressions) -%}
    {{ return(adapter.dispatch("list_values", "cost_insights")(expressions)) }}
{%- endmacro %}

{% macro default__list_values(expressions) -%}
    {{ exceptions.raise_compiler_error("list_values is not written for this engine") }}
{%- endmacro %}

{% macro duckdb__list_values(expressions) -%}
    list_filter([{{ expressions | join(", ") }}], lambda element: element is not null)
{%- endmacro %}


{% macro concat_lists(first, second) -%}
    {{ return(adapter.dispatch("concat_lists", "cost_insights")(first, second)) }}
{%- endmacro %}

{% macro default__concat_lists(first, second) -%}
    {{ exceptions.raise_compiler_error("concat_lists is not written for this engine") }}
{%- endmacro %}

{% macro duckdb__concat_lists(first, second) -%}
    list_concat({{ first }}, {{ second }})
{%- endmacro %}


{#- Columns as one structure. -#}
{% macro pack(columns) -%}
    {{ return(adapter.dispatch("pack", "cost_insights")(columns)) }}
{%- endmacro %}

{% macro default__pack(columns) -%}
    {{ exceptions.raise_compiler_error("pack is not written for this engine") }}
{%- endmacro %}

{% macro duckdb__pack(columns) -%}
    {% set fields = [] %}
    {% for name, expression in columns.items() %}
        {% do fields.append(name ~ " := " ~ expression) %}
    {% endfor %}
    {{ return("struct_pack(" ~ fields | join(", ") ~ ")") }}
{%- endmacro %}


{#- A column of a structure. -#}
{% macro field_of(structure, name) -%}
    {{ return(adapter.dispatch("field_of", "cost_insights")(structure, name)) }}
{%- endmacro %}

{% macro default__field_of(structure, name) -%}
    {{ exceptions.raise_compiler_error("field_of is not written for this engine") }}
{%- endmacro %}

{% macro duckdb__field_of(structure, name) -%}
    {{ return("struct_extract(" ~ structure ~ ", " ~ text_literal(name) ~ ")") }}
{%- endmacro %}
