{% set metrics = get_cost_metrics() %}

with metrics as (

    {% for metric in metrics %}
        select
            {{ text_literal(metric.cost_metric_id) }} as cost_metric_id,
            {{ text_literal(metric.cost_metric_name) }} as cost_metric_name,
            {{ text_literal(metric.event_type) }} as event_type,
            {{ text_literal(metric.value_path) }} as value_path,
            {% if metric.currency %}
                {{ text_literal(metric.currency | lower) }} as currency,
            {% else %}
                cast(null as string) as currency,
            {% endif %}
            {{ text_literal(tojson(metric.group_by)) }} as group_by_json
        {% if not loop.last %}
            union all
        {% endif %}
    {% endfor %}

)

select * from metrics
