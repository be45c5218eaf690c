{#-
  The `customer` object that orders, subscriptions and events carry. It only teaches who a customer
  is: what cannot be read in it is left out and rejects nothing.
-#}
{% macro customer_object_structure() -%}
    {{ return({
        "id": "JSON",
        "external_id": "JSON",
        "name": "JSON",
        "created_at": "JSON",
        "modified_at": "JSON",
        "deleted_at": "JSON",
    }) }}
{%- endmacro %}

{% macro customer_object_column_names() -%}
    {{ return([
        "embedded_customer_id",
        "embedded_external_customer_id",
        "embedded_customer_name",
        "embedded_customer_created_at",
        "embedded_customer_modified_at",
        "embedded_customer_deleted_at",
    ]) }}
{%- endmacro %}

{% macro customer_object_columns() %}
    {{ read_identifier("fields.customer.id") }} as embedded_customer_id,
    {{ read_text("fields.customer.external_id") }} as embedded_external_customer_id,
    {{ read_text("fields.customer.name") }} as embedded_customer_name,
    {{ read_timestamp("fields.customer.created_at") }} as embedded_customer_created_at,
    {{ read_timestamp("fields.customer.modified_at") }} as embedded_customer_modified_at,
    {{ read_timestamp("fields.customer.deleted_at") }} as embedded_customer_deleted_at
{%- endmacro %}
