{#-
  The entities whose newest version counts, with their models; events are judged copy by copy and
  stand apart. A new entity is a new line here.
-#}
{% macro get_versioned_entities() %}
    {{ return([
        {"source_system": "polar", "entity": "orders"},
        {"source_system": "polar", "entity": "subscriptions"},
        {"source_system": "polar", "entity": "customers"},
        {"source_system": "polar", "entity": "products"},
        {"source_system": "polar", "entity": "refunds"},
        {"source_system": "polar", "entity": "benefits"},
        {"source_system": "polar", "entity": "benefit_grants"},
        {"source_system": "polar", "entity": "customer_seats"},
        {"source_system": "polar", "entity": "checkouts"},
        {"source_system": "polar", "entity": "meters"},
        {"source_system": "paygentic", "entity": "cost_metrics"},
        {"source_system": "openmeter", "entity": "meters"},
        {"source_system": "reference", "entity": "exchange_rates"},
    ]) }}
{% endmacro %}
