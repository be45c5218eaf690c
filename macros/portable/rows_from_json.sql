{#-
  A query that gives a list of dictionaries as rows; `types` are names and types of the columns. All rows
  are one text, so that hundreds of them are one literal to quote and to parse, not thousands.
-#}
{% macro rows_from_json(records, types) -%}
    {{ return(adapter.dispatch("rows_from_json", "cost_insights")(records, types)) }}
{%- endmacro %}

{% macro default__rows_from_json(records, types) -%}
    {{ exceptions.raise_compiler_error("rows_from_json is not written for this engine") }}
{%- endmacro %}

{% macro duckdb__rows_from_json(records, types) -%}
    select unnest(
        from_json(
            {{ text_literal(tojson(records)) }},
            {{ text_literal(tojson([types])) }}
        ),
        max_depth := 2
    )
{%- endmacro %}
