{#- The ids of the cost metrics that were added, edited or removed since a model last ran. -#}
{% macro get_changed_cost_metrics(news) %}
    {{ return(_get_changed_ids(ref("int_cost_metric_changes"), "cost_metric_id", news)) }}
{% endmacro %}


{#- The same of meters. -#}
{% macro get_changed_meters(news) %}
    {{ return(_get_changed_ids(ref("int_meter_changes"), "meter_id", news)) }}
{% endmacro %}


{% macro _get_changed_ids(changes, id_column, news) %}
    {% set changed_ids = [] %}
    {% if has_changes(changes, news) %}
        {% set newest %}
            (select distinct {{ id_column }} from {{ changes }} where run_number > {{ news["run_number"] }})
        {% endset %}
        {% for row in get_rows(newest, id_column) %}
            {% do changed_ids.append(row[id_column]) %}
        {% endfor %}
    {% endif %}
    {{ return(changed_ids) }}
{% endmacro %}
