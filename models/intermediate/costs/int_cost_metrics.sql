-- The definitions that can be compiled. The fingerprint is of all that decides about amounts and
-- dimensions: when it changes, the metric's history is priced again.

{% set fields = [
    "cost_metric_id", "cost_metric_name", "event_type", "value_path", "aggregation", "currency",
    "currency_path", "amount_unit", "definition_source",
] %}

with compiled as (

    {% for metric in get_cost_metrics() %}
        select
            {% for field in fields %}
                {% set value = metric[field] %}
                {{ "cast(null as string)" if value is none else text_literal(value) }}
                    as {{ field }},
            {% endfor %}
            cast({{ text_literal(metric.unit_cost) }} as decimal(38, 12)) as unit_cost,
            {{ text_literal(tojson(metric.group_by)) }} as group_by_json,
            {{ text_literal(local_md5(tojson([
                metric.event_type,
                metric.value_keys,
                metric.currency,
                metric.currency_keys,
                metric.amount_unit,
                metric.unit_cost,
                metric.dimension_keys.items() | list,
            ]))) }} as definition_fingerprint
        {% if not loop.last %}
            union all
        {% endif %}
    {% endfor %}

)

select * from compiled
