{#- How the lines of a window between two resets follow each other: credits by their own time (spec/polar.md 5.1). -#}
{% macro ledger_order() -%}
    {{ return("not is_reset, occurred_at, dated_at, ingested_at, line_rank, step_rank, movement_id") }}
{%- endmacro %}
