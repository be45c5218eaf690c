{#-
  Objects that records carry in lists, as far as they are read. What cannot be read in them is left out
  and rejects nothing.
-#}


{#- A price (spec/polar.md 11); its exact `unit_amount` is read from a string or a number. -#}
{% macro price_structure() -%}
    {{ return({
        "id": "JSON",
        "amount_type": "JSON",
        "price_currency": "JSON",
        "unit_amount": "DECIMAL(38,20)",
        "cap_amount": "JSON",
        "meter_id": "JSON",
        "created_at": "JSON",
    }) }}
{%- endmacro %}


{#- A benefit (spec/polar.md 11). -#}
{% macro benefit_structure() -%}
    {{ return({
        "id": "JSON",
        "type": "JSON",
        "created_at": "JSON",
        "modified_at": "JSON",
        "properties": {"meter_id": "JSON", "units": "JSON", "rollover": "JSON"},
    }) }}
{%- endmacro %}
