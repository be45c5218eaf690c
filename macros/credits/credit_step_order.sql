{#- How the credits of a window between two resets follow each other: after the reset, by their own time (spec/polar.md 5.1). -#}
{% macro credit_step_order(relation) -%}
    {{ return("not " ~ relation ~ ".is_reset, " ~ relation ~ ".occurred_at, " ~ relation ~ ".ingested_at, "
        ~ relation ~ ".step_rank, " ~ relation ~ ".step_id") }}
{%- endmacro %}
