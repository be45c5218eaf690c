{#-
  Pre-hook of the marts that hold costs of days: what changed since the model last ran goes, and the model
  inserts it anew. On the first run there is nothing to delete.
-#}


{#- Rows of days on which a cost is new or has changed. -#}
{% macro delete_touched_days() %}
    {% set news = get_news() %}
    {% if is_incremental() and not news["is_first"] %}
        {% set days = get_touched_cost_days(news) %}
        {% if days | length > 0 %}
            delete from {{ this }} where {{ in_days("date_day", days) }}
        {% endif %}
    {% endif %}
{% endmacro %}
