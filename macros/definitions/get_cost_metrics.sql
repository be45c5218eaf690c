{#-
  The cost metrics in force, as a list of definitions with the fields of spec/cost_metrics.md.
  `root` is where the metric's paths start in the record. Built in: `polar_cost`.
-#}
{% macro get_cost_metrics() %}
    {{ return([{
        "cost_metric_id": "polar_cost",
        "cost_metric_name": "Polar cost",
        "event_type": "*",
        "root": ["metadata"],
        "value_path": "$._cost.amount",
        "aggregation": "sum",
        "currency": none,
        "currency_path": "$._cost.currency",
        "amount_unit": "minor",
        "unit_cost": "1",
        "group_by": {"model": "$._llm.model", "vendor": "$._llm.vendor"},
    }]) }}
{% endmacro %}
