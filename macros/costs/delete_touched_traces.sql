{#-
  Pre-hooks of the marts of traces: what is new or has changed since the model last ran goes, and the
  model inserts it anew. On the first run there is nothing to delete.
-#}


{#- Rows of older traces that changed; what is left of them comes anew. -#}
{% macro delete_touched_traces() %}
    {% set news = get_news() %}
    {% set changes = ref("int_trace_changes") %}
    {% if is_incremental() and has_changes(changes, news) %}
        delete from {{ this }}
        where trace_id in (
            select events.event_id
            from {{ ref("int_events") }} as events
            inner join {{ changes }} as changes
                on events.raw_row_number = changes.root_row_number
            where changes.run_number > {{ news["run_number"] }}
        )
    {% endif %}
{% endmacro %}


{#- Rows of names of which any trace is touched. -#}
{% macro delete_touched_trace_names() %}
    {% set news = get_news() %}
    {% if is_incremental() and not news["is_first"] %}
        delete from {{ this }} where {{ is_touched_trace_name(news) }}
    {% endif %}
{% endmacro %}


{#- Rows of days on which any trace is touched, and all zeros, which depend on what else there is. -#}
{% macro delete_touched_trace_days() %}
    {% set news = get_news() %}
    {% if is_incremental() and not news["is_first"] %}
        {% set days = get_touched_trace_days(news) %}
        delete from {{ this }} where occurrences = 0 or {{ in_days("date_day", days) }}
    {% endif %}
{% endmacro %}
