{#-
  A text as an SQL literal, and several of them with commas between: the only way in which data enters
  generated SQL.
  text_literal("it's")  ->  'it''s'
-#}
{% macro text_literal(text) -%}
    {{ return(quote_list([text])) }}
{%- endmacro %}

{% macro quote_list(texts) -%}
    {{ return(adapter.dispatch("quote_list", "cost_insights")(texts)) }}
{%- endmacro %}

{% macro default__quote_list(texts) -%}
    {{ exceptions.raise_compiler_error("quote_list is not written for this engine") }}
{%- endmacro %}

{% macro duckdb__quote_list(texts) -%}
    {% set literals = [] %}
    {% for text in texts %}
        {% do literals.append("'" ~ (text | string).replace("'", "''") ~ "'") %}
    {% endfor %}
    {{ return(literals | join(", ")) }}
{%- endmacro %}
