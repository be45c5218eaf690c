{#-
  A property of a filter or an aggregation (spec/polar.md 3.2) as what it means:
  compile_property('metadata._llm.model')  ->  {"built_in": none, "keys": ["_llm", "model"]}
  compile_property('name')                 ->  {"built_in": "name", "keys": ["name"]}
  None when it is no property: not a text, an empty key, more than 100 keys, or characters that no column
  can hold (NUL and half a surrogate pair).
-#}
{% macro compile_property(property) %}
    {% if property is not string or not is_storable_text(property) %}
        {{ return(none) }}
    {% endif %}
    {% set path = property[9:] if property.startswith("metadata.") else property %}
    {% set keys = path.split(".") %}
    {% if "" in keys or keys | length > 100 %}
        {{ return(none) }}
    {% endif %}
    {{ return({"built_in": path if path in ["name", "source", "timestamp"] else none, "keys": keys}) }}
{% endmacro %}


{#- Whether a column can hold a text. -#}
{% macro is_storable_text(text) %}
    {{ return(not modules.re.search("[\\x00\\ud800-\\udfff]", text)) }}
{% endmacro %}
