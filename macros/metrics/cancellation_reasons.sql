{#- The reasons of which Polar counts cancellations (spec/polar.md 8.2); none and unknown ones are `other`. -#}
{% macro cancellation_reasons() -%}
    {{ return([
        "customer_service",
        "low_quality",
        "missing_features",
        "switched_service",
        "too_complex",
        "too_expensive",
        "unused",
        "other",
    ]) }}
{%- endmacro %}
