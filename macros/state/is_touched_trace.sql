{#-
  Which traces are new or have changed since a model last ran (`int_trace_changes`), and which names and
  days of root events that touches.
-#}


{#- Condition: the trace that this row of the raw zone is the root of is touched. -#}
{% macro is_touched_trace(root_row_number, news) %}
    {% set changes = ref("int_trace_changes") %}
    {% set has_changed = has_changes(changes, news) %}
    {%- if has_changed -%}
        (
            {{ root_row_number }} >= {{ get_first_new_row() }}
            or {{ root_row_number }} in (
                select root_row_number from {{ changes }} where run_number > {{ news["run_number"] }}
            )
        )
    {%- elif has_new_loads(news) -%}
        {{ root_row_number }} >= {{ get_first_new_row() }}
    {%- else -%}
        false
    {%- endif -%}
{% endmacro %}


{#- Condition: a root event of this name is, or was, the root of a touched trace. -#}
{% macro is_touched_trace_name(news) %}
    {% set events = ref("int_events") %}
    {% set is_touched = is_touched_trace("raw_row_number", news) %}
    {%- if news["is_first"] -%}
        true
    {%- else -%}
        event_name in (select event_name from {{ events }} where {{ is_touched }})
    {%- endif -%}
{% endmacro %}


{#- The local days of the roots of touched traces: a list of ISO dates, or none for "all days". -#}
{% macro get_touched_trace_days(news) %}
    {{ return(get_touched_days(ref("int_events"), is_touched_trace("raw_row_number", news), news)) }}
{% endmacro %}
