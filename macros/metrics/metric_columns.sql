{#- The metrics as rows, from where they are described: the columns of `metrics_daily` in `_metrics.yml`. -#}
{% macro metric_columns() %}
    {#- Named while dbt parses too: the metrics come first. -#}
    {% set metrics = ref("metrics_daily") %}
    {% set rows = [] %}
    {% if execute %}
        {% set columns = graph.nodes["model.cost_insights.metrics_daily"].columns.values() %}
        {% for column in columns if column.config.meta %}
            {% do rows.append(dict(column.config.meta, metric_slug=column.name, formula=column.description)) %}
        {% endfor %}
    {% endif %}
    {{ rows_from_json(rows, {
        "metric_slug": "VARCHAR",
        "metric_name": "VARCHAR",
        "unit": "VARCHAR",
        "formula": "VARCHAR",
        "source_section": "VARCHAR",
        "over_time": "VARCHAR",
    }) }}
{% endmacro %}
