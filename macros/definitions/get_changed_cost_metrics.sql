{#- The ids of the metrics that were added, edited or removed since a model last ran. -#}
{% macro get_changed_cost_metrics(news) %}
    {% set changes = ref("int_cost_metric_changes") %}
    {% set changed_ids = [] %}
    {% if has_changes(changes, news) %}
        {% set newest %}
            (select distinct cost_metric_id from {{ changes }} where run_number > {{ news["run_number"] }})
        {% endset %}
        {% for row in get_rows(newest, "cost_metric_id") %}
            {% do changed_ids.append(row["cost_metric_id"]) %}
        {% endfor %}
    {% endif %}
    {{ return(changed_ids) }}
{% endmacro %}
