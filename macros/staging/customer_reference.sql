{#-
  Whom an event names, before anything is known about customers: `customer_id` wins over the external
  id (DESIGN.md, Identity); an event that names nobody belongs to 'unattributed'.
-#}
{% macro customer_reference() -%}
    coalesce(customer_id, 'external:' || external_customer_id, 'unattributed')
{%- endmacro %}
