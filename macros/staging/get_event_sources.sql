{#-
  The sources of events: where an event's name is in its record and where its payload, at which the
  paths of definitions begin (spec/cost_metrics.md).
-#}
{% macro get_event_sources() %}
    {{ return([
        {
            "source_system": "polar",
            "name_key": "name",
            "payload_key": "metadata",
            "payloads": ref("stg_polar__event_payloads"),
        },
        {
            "source_system": "paygentic",
            "name_key": "type",
            "payload_key": "data",
            "payloads": ref("stg_paygentic__event_payloads"),
        },
    ]) }}
{% endmacro %}
