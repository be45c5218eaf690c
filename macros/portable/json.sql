{#-
  The text of one JSON value: a string's content, a number's or boolean's own notation.
  json_scalar_text('fields.name')  with "llm.call"  ->  llm.call
-#}
{% macro json_scalar_text(json) -%}
    {{ return(adapter.dispatch("json_scalar_text", "cost_insights")(json)) }}
{%- endmacro %}

{% macro default__json_scalar_text(json) -%}
    {{ exceptions.raise_compiler_error("json_scalar_text is not written for this engine") }}
{%- endmacro %}

{% macro duckdb__json_scalar_text(json) -%}
    {{ return("(" ~ json ~ " ->> '$')") }}
{%- endmacro %}


{#-
  A record cut into JSON texts in one parse; null for a field that is absent or JSON null.
  `structure` is a mapping of keys to "JSON", to an exact "DECIMAL(p,s)" or to a nested mapping.
  The text must be valid JSON: guard the column.
-#}
{% macro cut_json(json, structure) -%}
    {{ return(adapter.dispatch("cut_json", "cost_insights")(json, structure)) }}
{%- endmacro %}

{% macro default__cut_json(json, structure) -%}
    {{ exceptions.raise_compiler_error("cut_json is not written for this engine") }}
{%- endmacro %}

{% macro duckdb__cut_json(json, structure) -%}
    {{ return("from_json(" ~ json ~ ", " ~ text_literal(tojson(structure)) ~ ")") }}
{%- endmacro %}


{#-
  Whether an object repeats a key at one of the given places.
  has_repeated_key('record', ['$', '$.metadata'])
-#}
{% macro has_repeated_key(json, places) -%}
    {{ return(adapter.dispatch("has_repeated_key", "cost_insights")(json, places)) }}
{%- endmacro %}

{% macro default__has_repeated_key(json, places) -%}
    {{ exceptions.raise_compiler_error("has_repeated_key is not written for this engine") }}
{%- endmacro %}

{% macro duckdb__has_repeated_key(json, places) -%}
    list_bool_or(
        [
            list_unique(keys) < len(keys)
            for keys in json_keys({{ json }}, [{{ quote_list(places) }}])
            if keys is not null
        ]
    )
{%- endmacro %}


{#- Whether a valid JSON text is an object. -#}
{% macro is_json_object(json) -%}
    {{ return(adapter.dispatch("is_json_object", "cost_insights")(json)) }}
{%- endmacro %}

{% macro default__is_json_object(json) -%}
    {{ exceptions.raise_compiler_error("is_json_object is not written for this engine") }}
{%- endmacro %}

{% macro duckdb__is_json_object(json) -%}
    regexp_matches({{ json }}, '^[ \t\r\n]*[{]')
{%- endmacro %}


{#- Whether an object has a key, even with a null value. -#}
{% macro has_key(json, key) -%}
    {{ return(adapter.dispatch("has_key", "cost_insights")(json, key)) }}
{%- endmacro %}

{% macro default__has_key(json, key) -%}
    {{ exceptions.raise_compiler_error("has_key is not written for this engine") }}
{%- endmacro %}

{% macro duckdb__has_key(json, key) -%}
    list_contains(json_keys({{ json }}), {{ text_literal(key) }})
{%- endmacro %}


{#- A flat JSON object, as text, of names and column expressions. -#}
{% macro json_object_text(columns) -%}
    {{ return(adapter.dispatch("json_object_text", "cost_insights")(columns)) }}
{%- endmacro %}

{% macro default__json_object_text(columns) -%}
    {{ exceptions.raise_compiler_error("json_object_text is not written for this engine") }}
{%- endmacro %}

{% macro duckdb__json_object_text(columns) -%}
    {% set members = [] %}
    {% for name, expression in columns.items() %}
        {% do members.append(text_literal(name) ~ ", " ~ expression) %}
    {% endfor %}
    cast(json_object({{ members | join(", ") }}) as string)
{%- endmacro %}
