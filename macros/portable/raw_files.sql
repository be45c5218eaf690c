{#-
  One row per file of the raw zone, read from the files' footers only:
  load_id, source_system, entity, source_file, loaded_at, row_count, raw_file (its path as scans report it).
  `known_load_ids` is a subquery of load ids that need no look.
-#}
{% macro raw_files(known_load_ids) -%}
    {{ return(adapter.dispatch("raw_files", "cost_insights")(known_load_ids)) }}
{%- endmacro %}

{% macro default__raw_files(known_load_ids) -%}
    {{ exceptions.raise_compiler_error("raw_files is not written for this engine") }}
{%- endmacro %}

{% macro duckdb__raw_files(known_load_ids) -%}
    {% set pattern = text_literal(get_raw_zone() ~ "/*/*/*.parquet") %}
    {% set listing %}
        select file
        from glob({{ pattern }})
        where
            parse_filename(file, true) not in (select load_id from {{ known_load_ids }})
            and parse_filename(file) <> '_empty.parquet'
        order by file
    {% endset %}
    {% set new_files = run_query(listing).columns[0].values() if execute else [] %}
    {% if new_files | length == 0 %}
        (
            select
                cast(null as varchar) as load_id,
                cast(null as varchar) as source_system,
                cast(null as varchar) as entity,
                cast(null as varchar) as source_file,
                cast(null as timestamp) as loaded_at,
                cast(null as bigint) as row_count,
                cast(null as varchar) as raw_file
            where false
        )
    {% else %}
        {% set file_list = quote_list(new_files) %}
        (
            select
                entries.load_id,
                entries.source_system,
                entries.entity,
                entries.source_file,
                cast(entries.loaded_at as timestamp) as loaded_at,
                cast(footers.num_rows as bigint) as row_count,
                footers.file_name as raw_file
            from parquet_file_metadata([{{ file_list }}]) as footers
            inner join (
                select
                    file_name,
                    {% for name in ["load_id", "source_system", "entity", "source_file", "loaded_at"] %}
                        max(decode(value)) filter (where decode(key) = '{{ name }}') as {{ name }}
                        {{- "," if not loop.last }}
                    {% endfor %}
                from parquet_kv_metadata([{{ file_list }}])
                group by file_name
            ) as entries
                on footers.file_name = entries.file_name
        )
    {% endif %}
{%- endmacro %}


{#- The rows of some files of the raw zone, with their `filename`. -#}
{% macro scan_raw_files(raw_files) -%}
    {{ return(adapter.dispatch("scan_raw_files", "cost_insights")(raw_files)) }}
{%- endmacro %}

{% macro default__scan_raw_files(raw_files) -%}
    {{ exceptions.raise_compiler_error("scan_raw_files is not written for this engine") }}
{%- endmacro %}

{% macro duckdb__scan_raw_files(raw_files) -%}
    read_parquet([{{ quote_list(raw_files) }}])
{%- endmacro %}


{#- Whether the loader ever ran: it gives every entity a file, if only an empty one. -#}
{% macro has_raw_zone() -%}
    {{ return(adapter.dispatch("has_raw_zone", "cost_insights")()) }}
{%- endmacro %}

{% macro default__has_raw_zone() -%}
    {{ exceptions.raise_compiler_error("has_raw_zone is not written for this engine") }}
{%- endmacro %}

{% macro duckdb__has_raw_zone() -%}
    {% set pattern = text_literal(get_raw_zone() ~ "/*/*/_empty.parquet") %}
    {{ return(run_query("select count(*) from glob(" ~ pattern ~ ")").rows[0][0] > 0) }}
{%- endmacro %}
