{#-
  The cost metrics in force: definitions that can be compiled, with their paths as lists of keys
  (`value_keys`, `currency_keys`, `dimension_keys`) that start at an event's payload.
-#}
{% macro get_cost_metrics() %}
    {% set metrics = [] %}
    {% for judged in get_judged_cost_metrics() if judged["problems"] | length == 0 %}
        {% do metrics.append(judged["metric"]) %}
    {% endfor %}
    {{ return(metrics) }}
{% endmacro %}


{#- Every definition of a cost metric, as `judge_cost_metric` sees it. -#}
{% macro get_judged_cost_metrics() %}
    {% set definitions = ref("int_cost_metric_definitions") %}
    {% set judged = [] %}
    {% if execute and load_relation(definitions) %}
        {% for definition in get_rows(definitions, "definition_rank, cost_metric_id, value_path") %}
            {% do judged.append(judge_cost_metric(definition)) %}
        {% endfor %}
    {% else %}
        {% do judged.append(judge_cost_metric(get_built_in_cost_metric())) %}
    {% endif %}
    {{ return(judged) }}
{% endmacro %}


{#- What Polar's events say they cost (spec/cost_metrics.md, Definition). -#}
{% macro get_built_in_cost_metric() %}
    {{ return({
        "definition_source": "built_in",
        "cost_metric_id": "polar_cost",
        "cost_metric_name": "Polar cost",
        "event_type": "*",
        "value_path": "$._cost.amount",
        "aggregation": "sum",
        "currency": none,
        "currency_path": "$._cost.currency",
        "amount_unit": "minor",
        "unit_cost_text": "1",
        "unit_cost": "1.000000000000",
        "group_by": '{"model": "$._llm.model", "vendor": "$._llm.vendor"}',
        "is_known_currency": true,
        "is_readable_group_by": true,
        "is_duplicate": false,
    }) }}
{% endmacro %}
