{#-
  dbt's own macro behind `where` of a data test, with one word of ours: `first_new_row` stands for the
  first row of the raw zone that the test has not seen yet (macros/state/tested.sql).
  where: raw_row_number >= first_new_row
-#}
{% macro get_where_subquery(relation) -%}
    {% set condition = config.get("where", "") %}
    {% if not condition %}
        {{ return(relation) }}
    {% endif %}
    {% set condition = condition.replace("first_new_row", get_first_new_row() | string) %}
    {{ return("(select * from " ~ relation ~ " where " ~ condition ~ ") as dbt_subquery") }}
{%- endmacro %}
