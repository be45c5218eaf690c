{#-
  The sources of events, and the key of the payload in their records, at which the paths of definitions
  begin (spec/cost_metrics.md).
-#}
{% macro get_event_sources() %}
    {{ return([
        {
            "source_system": "polar",
            "payload_key": "metadata",
            "payloads": ref("stg_polar__event_payloads"),
        },
        {
            "source_system": "paygentic",
            "payload_key": "data",
            "payloads": ref("stg_paygentic__event_payloads"),
        },
        {
            "source_system": "openmeter",
            "payload_key": "data",
            "payloads": ref("stg_openmeter__event_payloads"),
        },
    ]) }}
{% endmacro %}
