{#-
  A small table as a list of dictionaries. The rows travel as one JSON text, because `run_query` turns
  texts such as 'null' into nothing; so columns must be texts, booleans or whole numbers.
-#}
{% macro get_rows(relation, order_by) -%}
    {{ return(adapter.dispatch("get_rows", "cost_insights")(relation, order_by)) }}
{%- endmacro %}

{% macro default__get_rows(relation, order_by) -%}
    {{ exceptions.raise_compiler_error("get_rows is not written for this engine") }}
{%- endmacro %}

{% macro duckdb__get_rows(relation, order_by) -%}
    {% set query %}
        select cast(to_json(list(rows_of_table order by {{ order_by }})) as string)
        from {{ relation }} as rows_of_table
    {% endset %}
    {{ return(fromjson(run_query(query).rows[0][0] or "[]") or []) }}
{%- endmacro %}
