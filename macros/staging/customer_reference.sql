{#-
  Whom an event names, before anything is known about customers (DESIGN.md, Identity): `customer_id`
  wins over the external id; what a Paygentic `customerId` is, depends on who is known; an event that
  names nobody belongs to 'unattributed'. `int_customer_references` says whose each reference is.
-#}
{% macro customer_reference() -%}
    coalesce(
        customer_id,
        'paygentic:' || paygentic_customer_id,
        'external:' || external_customer_id,
        'unattributed'
    )
{%- endmacro %}
