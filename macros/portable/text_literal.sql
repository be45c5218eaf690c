{#-
  A text as an SQL literal; the only way in which data enters generated SQL.
  text_literal("it's")  ->  'it''s'
-#}
{% macro text_literal(text) -%}
    {{ return(adapter.dispatch("text_literal", "cost_insights")(text)) }}
{%- endmacro %}

{% macro default__text_literal(text) -%}
    {{ exceptions.raise_compiler_error("text_literal is not written for this engine") }}
{%- endmacro %}

{% macro duckdb__text_literal(text) -%}
    {{ return("'" ~ (text | string).replace("'", "''") ~ "'") }}
{%- endmacro %}
