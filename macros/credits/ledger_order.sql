{#- How the lines of a window between two resets follow each other: credits by their own time (spec/polar.md 5.1). -#}
{% macro ledger_order() -%}
    {{ return("not is_reset, counted_at, line_rank, dated_at, ingested_at, step_rank, movement_id") }}
{%- endmacro %}
