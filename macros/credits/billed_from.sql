{#-
  From when on something is charged in a period. What was received at the instant at which a period begins,
  and is dated before, belongs to the order of the one before it, as `billed_at` says by a microsecond less
  (spec/polar.md 6.2); where there is none before it, to the first.
-#}
{% macro billed_from() -%}
    case when period_number = 1 then period_start - interval 1 microsecond else period_start end
{%- endmacro %}
