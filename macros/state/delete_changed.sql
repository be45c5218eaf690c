{#-
  Pre-hooks of incremental models: rows of what changed since the model last ran go, and the model inserts
  them anew. On the first run there is nothing to delete.
-#}


{#- Rows of cost metrics, or meters, that were added, edited or removed. -#}
{% macro delete_changed_metrics() %}
    {{ _delete_changed(ref("int_cost_metric_changes"), "cost_metric_id") }}
{% endmacro %}

{% macro delete_changed_meters() %}
    {{ _delete_changed(ref("int_meter_changes"), "meter_id") }}
{% endmacro %}


{#- Rows of subscriptions that have other terms, began a period or ended. -#}
{% macro delete_changed_subscriptions() %}
    {{ _delete_changed(ref("int_subscription_changes"), "subscription_id") }}
{% endmacro %}


{#- The same where rows of both kinds are together, as `definition_kind` and `definition_id`. -#}
{% macro delete_changed_definitions() %}
    {{ _delete_changed(ref("int_cost_metric_changes"), "cost_metric_id", "cost_metric") }}
    {{ _delete_changed(ref("int_meter_changes"), "meter_id", "meter") }}
{% endmacro %}


{% macro _delete_changed(changes, key, definition_kind=none) %}
    {% set news = get_news() %}
    {% if is_incremental() and has_changes(changes, news) %}
        delete from {{ this }}
        where
            {{ "definition_id" if definition_kind else key }} in (
                select {{ key }} from {{ changes }} where run_number > {{ news["run_number"] }}
            )
            {% if definition_kind %}
                and definition_kind = {{ text_literal(definition_kind) }}
            {% endif %};
    {% endif %}
{% endmacro %}


{#- Rows of events that count no longer, or only now; `key` is `event_id` or `load_number`, for whole loads. -#}
{% macro delete_changed_verdicts(key="event_id") %}
    {% set news = get_news() %}
    {% if is_incremental() and has_changes(ref("int_event_verdict_changes"), news) %}
        delete from {{ this }} where {{ is_of_changed_verdict(key, news) }}
    {% endif %}
{% endmacro %}
