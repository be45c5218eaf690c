{#-
  The loads of one entity that a model has not seen yet, oldest first: a list of
  {load_number, raw_file, has_repeated_keys}. The last is only looked up when the places are named
  at which a record must not repeat a key.
-#}
{% macro get_new_loads(source_system, entity, unique_key_places=none) %}
    {#- Named while dbt parses too, so that the model comes after the registry. -#}
    {% set registry = ref("base_loads") %}
    {% set news = get_news() %}
    {% set rows = _get_loads(registry, source_system, entity, "load_number > " ~ news["load_number"]) %}
    {% set suspects = [] %}
    {% if unique_key_places and rows | length > 0 %}
        {% set suspects = _get_files_with_repeated_keys(
            rows | map(attribute=1) | list, unique_key_places
        ) %}
    {% endif %}
    {% set new_loads = [] %}
    {% for row in rows %}
        {% do new_loads.append({
            "load_number": row[0] | int,
            "raw_file": row[1],
            "has_repeated_keys": row[1] in suspects,
        }) %}
    {% endfor %}
    {{ return(new_loads) }}
{% endmacro %}


{#- The loads of one entity that a model has seen, in the same shape: what it knows can be read again. -#}
{% macro get_known_loads(source_system, entity) %}
    {% set registry = ref("base_loads") %}
    {% set rows = _get_loads(registry, source_system, entity, "load_number <= " ~ get_news()["load_number"]) %}
    {% set known_loads = [] %}
    {% for row in rows %}
        {% do known_loads.append({"load_number": row[0] | int, "raw_file": row[1]}) %}
    {% endfor %}
    {{ return(known_loads) }}
{% endmacro %}


{% macro _get_loads(registry, source_system, entity, condition) %}
    {% if not execute %}
        {{ return([]) }}
    {% endif %}
    {% set query %}
        select load_number, raw_file
        from {{ registry }}
        where
            source_system = {{ text_literal(source_system) }}
            and entity = {{ text_literal(entity) }}
            and {{ condition }}
            and row_count > 0
        order by load_number
    {% endset %}
    {{ return(run_query(query).rows) }}
{% endmacro %}


{#-
  Looking for repeated keys in every record costs as much as all the rest of judging it. So one quick
  pass over the distinct sets of keys finds the files that have any, mostly none.
-#}
{% macro _get_files_with_repeated_keys(raw_files, unique_key_places) %}
    {% set suspects_query %}
        with key_lists as (
            select
                filename as raw_file,
                {{ json_key_lists("case when json_valid(record) then record end", unique_key_places) }}
                    as keys
            from {{ scan_raw_files(raw_files) }}
        ),
        shapes as (
            select
                raw_file,
                any_value(keys) as keys
            from key_lists
            group by raw_file, {{ json_key_shape("keys") }}
        )
        select distinct raw_file
        from shapes
        where {{ has_repeated_key("keys", unique_key_places) }}
    {% endset %}
    {{ return(run_query(suspects_query).columns[0].values() | list) }}
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
