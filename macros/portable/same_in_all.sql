{#- Join condition: two tables agree in all columns, null with null. -#}
{% macro same_in_all(columns, left_table, right_table) -%}
    {% set pairs = [] %}
    {% for column in columns %}
        {% do pairs.append(
            left_table ~ "." ~ column ~ " is not distinct from " ~ right_table ~ "." ~ column
        ) %}
    {% endfor %}
    {{ return(pairs | join(" and ")) }}
{%- endmacro %}
