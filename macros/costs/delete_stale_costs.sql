{#-
  Pre-hooks of the models that hold costs: what changed since the model last ran goes, and the model
  inserts it anew. On the first run there is nothing to delete.
-#}


{#- Rows of metrics that were added, edited or removed; `key` is the column of their id. -#}
{% macro delete_changed_metrics(key="cost_metric_id") %}
    {% set news = get_news() %}
    {% set changes = ref("int_cost_metric_changes") %}
    {% if is_incremental() and has_changes(changes, news) %}
        delete from {{ this }}
        where {{ key }} in (select cost_metric_id from {{ changes }} where run_number > {{ news["run_number"] }})
    {% endif %}
{% endmacro %}


{#- Rows of events that count no longer, or only now; `key` is `event_id` or `load_number`, for whole loads. -#}
{% macro delete_changed_verdicts(key="event_id") %}
    {% set news = get_news() %}
    {% if is_incremental() and has_changes(ref("int_event_verdict_changes"), news) %}
        delete from {{ this }} where {{ is_of_changed_verdict(key, news) }}
    {% endif %}
{% endmacro %}


{#- Rows of days on which a cost is new or has changed. -#}
{% macro delete_touched_days() %}
    {% set news = get_news() %}
    {% if is_incremental() and not news["is_first"] %}
        {% set days = get_touched_days(ref("int_cost_events_priced"), news) %}
        {% if days | length > 0 %}
            delete from {{ this }} where {{ in_days("date_day", days) }}
        {% endif %}
    {% endif %}
{% endmacro %}
