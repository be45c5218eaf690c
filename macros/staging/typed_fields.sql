{#-
  The fields of a record as data, for base models of one shape: a list of
    {"field": "net_amount", "column": "net_minor", "kind": "integer", "is_required": true}
  Kinds: identifier, text, timestamp, integer, boolean. The order of the reasons follows the kinds.
-#}


{#- What `cut_json` takes from the record. -#}
{% macro field_structure(fields) -%}
    {% set structure = {} %}
    {% for field in fields %}
        {% do structure.update({field.field: "JSON"}) %}
    {% endfor %}
    {{ return(structure) }}
{%- endmacro %}


{#- A typed column for each field. -#}
{% macro typed_columns(fields) -%}
    {% for field in fields %}
        {{ _read_field(field) }} as {{ field.column }}
        {{- "," if not loop.last }}
    {% endfor %}
{%- endmacro %}

{% macro _read_field(field) -%}
    {% set cut = "fields." ~ field.field %}
    {% if field.kind == "identifier" %} {{ return(read_identifier(cut)) }}
    {% elif field.kind == "text" %} {{ return(read_text(cut)) }}
    {% elif field.kind == "timestamp" %} {{ return(read_timestamp(cut)) }}
    {% elif field.kind == "integer" %} {{ return(read_integer(cut)) }}
    {% elif field.kind == "boolean" %} {{ return(read_boolean(cut)) }}
    {% endif %}
    {{ exceptions.raise_compiler_error("Field " ~ field.field ~ ": no kind '" ~ field.kind ~ "'.") }}
{%- endmacro %}


{#- The first rule about a field that a row breaks, as `when .. then ..` lines. -#}
{% macro field_reasons(fields) -%}
    {% for kind in ["identifier", "text", "timestamp"] %}
        {{ _kind_reasons(fields, kind) }}
    {% endfor %}
    {% for field in fields if field.column in ["created_at", "modified_at"] %}
        {{ future_reason(field.field, field.column) }}
    {% endfor %}
    {% for kind in ["integer", "boolean"] %}
        {{ _kind_reasons(fields, kind) }}
    {% endfor %}
{%- endmacro %}

{% macro _kind_reasons(fields, kind) -%}
    {% for field in fields if field.kind == kind %}
        {% if field.is_required %}
            {{ required_reason(field.field, field.column) }}
        {% else %}
            {{ optional_reason(field.field, field.column) }}
        {% endif %}
        {% if field.column == "customer_id" %}
            {{ reserved_customer_reason() }}
        {% endif %}
    {% endfor %}
{%- endmacro %}
