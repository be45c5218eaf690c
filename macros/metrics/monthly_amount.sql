{#-
  The price of a period spread over months, in whole minor units, rounded half away from zero (spec/polar.md
  8.2, monthly); null for an interval that is none, and for amounts beyond those of DESIGN.md, Arithmetic.
-#}
{% macro monthly_amount(minor_amount, recurring_interval, interval_count) -%}
    {% set amount = "cast(" ~ minor_amount ~ " as decimal(38, 0))" %}
    case
        when {{ interval_count }} not between 1 and 10000 or abs({{ minor_amount }}) >= 100000000000000000 then null
        when {{ recurring_interval }} = 'year'
            then {{ divide_half_away(amount, "12 * " ~ interval_count) }}
        when {{ recurring_interval }} = 'month'
            then {{ divide_half_away(amount, interval_count) }}
        when {{ recurring_interval }} = 'week'
            then {{ divide_half_away(amount ~ " * 52", "12 * " ~ interval_count) }}
        when {{ recurring_interval }} = 'day'
            then {{ divide_half_away(amount ~ " * 365", "12 * " ~ interval_count) }}
    end
{%- endmacro %}
