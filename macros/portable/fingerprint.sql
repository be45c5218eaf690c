{#- One text that differs when any of the columns differs; null is a value of its own. -#}
{% macro fingerprint(columns) -%}
    {% set parts = [] %}
    {% for column in columns %}
        {% do parts.append("coalesce('=' || cast(" ~ column ~ " as string), '')") %}
    {% endfor %}
    md5({{ parts | join(" || chr(31) || ") }})
{%- endmacro %}
