{#- Schemas are named for the layer alone (`marts`, not `main_marts`), so that BI finds the same names everywhere. -#}
{% macro generate_schema_name(custom_schema_name, node) -%}
    {{ custom_schema_name | trim if custom_schema_name else target.schema }}
{%- endmacro %}
