{#-
  When the window between two resets began in which something was received: a reset begins one at its own
  time and takes in what is received at that instant (spec/polar.md 5.1). Of rows of a customer's meter,
  with `is_reset`, `reset_at` being the time of a reset and `received_at` that of anything else.
-#}
{% macro window_start(reset_at, received_at) %}
    coalesce(
        max(case when is_reset then {{ reset_at }} end) over (
            partition by customer_id, meter_id
            order by case when is_reset then {{ reset_at }} else {{ received_at }} end, not is_reset
            rows between unbounded preceding and current row
        ),
        {{ first_window_start() }}
    )
{% endmacro %}


{#- What stands for the beginning of the window before the first reset. -#}
{% macro first_window_start() -%}
    cast('0001-01-01' as timestamp)
{%- endmacro %}


{#- The time by which an event of credits is in a window: a reset's own, of a credit that of its receipt. -#}
{% macro placed_at() -%}
    case when event_name = 'meter.reset' then occurred_at else ingested_at end
{%- endmacro %}
