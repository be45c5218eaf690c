{#-
  The loads of one entity that a base model has not judged yet, oldest first:
  a list of {load_number, raw_file}.
-#}
{% macro get_new_loads(source_system, entity) %}
    {% set news = get_news() %}
    {% if not execute %}
        {{ return([]) }}
    {% endif %}
    {% set new_loads_query %}
        select load_number, raw_file
        from {{ ref("base_loads") }}
        where
            source_system = {{ text_literal(source_system) }}
            and entity = {{ text_literal(entity) }}
            and load_number > {{ news["load_number"] }}
            and row_count > 0
        order by load_number
    {% endset %}
    {% set new_loads = [] %}
    {% for row in run_query(new_loads_query).rows %}
        {% do new_loads.append({"load_number": row[0] | int, "raw_file": row[1]}) %}
    {% endfor %}
    {{ return(new_loads) }}
{% endmacro %}


{#-
  Condition that keeps a scan of the raw zone to the given loads. File names as literals let the
  engine skip the other files; without loads nothing is read.
-#}
{% macro in_loads(raw_file_column, loads) %}
    {%- if loads | length == 0 -%}
        false
    {%- else -%}
        {{ raw_file_column }} in ({{ quote_list(loads | map(attribute="raw_file") | list) }})
    {%- endif -%}
{% endmacro %}
