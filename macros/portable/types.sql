{#- The two exact number types of DESIGN.md, "Decisions" 1. -#}
{% macro type_money() -%} decimal(38, 14) {%- endmacro %}

{% macro type_quantity() -%} decimal(38, 12) {%- endmacro %}

{#- A position in the raw zone: landing order of the file, then line. -#}
{% macro raw_row_number(load_number, line_number) -%}
    ({{ load_number }} * 4294967296 + {{ line_number }})
{%- endmacro %}

{#- Exchange rates: at most 8 decimals, below 10^9. -#}
{% macro type_rate() -%} decimal(17, 8) {%- endmacro %}

{#- Exchange rates of Polar's payments, which are quotients of amounts or were doubles: 20 decimals. -#}
{% macro type_metric_rate() -%} decimal(38, 20) {%- endmacro %}

{#- Whole cents, of sums that no single amount can overflow. -#}
{% macro type_cents() -%} decimal(38, 0) {%- endmacro %}
