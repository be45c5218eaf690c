{#-
  Loads of events that a model, or a data test, has seen before, but in which the verdict on a row has
  changed since: a list of load numbers. Asked when it compiles, so that a run without changes reads
  nothing for them.
-#}
{% macro get_rejudged_loads(news) %}
    {% set rejudged = ref("int_event_loads_rejudged") %}
    {% if not execute or news["is_first"] %}
        {{ return([]) }}
    {% endif %}
    {% set query %}
        select distinct load_number
        from {{ rejudged }}
        where
            run_number > {{ news["run_number"] }}
            and load_number <= {{ news["load_number"] }}
        order by load_number
    {% endset %}
    {{ return(run_query(query).columns[0].values() | map("int") | list) }}
{% endmacro %}


{#- Condition that a row is of one of these loads. -#}
{% macro has_load_number(load_number, loads) -%}
    {%- if loads | length == 0 -%}
        false
    {%- else -%}
        {{ load_number }} in ({{ loads | join(", ") }})
    {%- endif -%}
{%- endmacro %}


{#- Pre-hook of `rejected_rows`: its rows of rejudged loads go; those that still hold come back. -#}
{% macro clear_rejudged_loads() %}
    {% if execute and is_incremental() %}
        {% set rejudged_loads = get_rejudged_loads(get_news()) %}
        {% if rejudged_loads | length > 0 %}
            delete from {{ this }}
            where load_id in (
                select load_id
                from {{ ref("int_loads_measured") }}
                where {{ has_load_number("load_number", rejudged_loads) }}
            )
        {% endif %}
    {% endif %}
{% endmacro %}
