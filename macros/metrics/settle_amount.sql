{#-
  An amount as it was settled, in whole cents, rounded half to even (spec/polar.md 7.3): at the rate that
  an event names, else, where the amounts are given, at the one between what was settled and what was
  charged; without any rate it is taken as settled.
-#}
{% macro settle_amount(amount, exchange_rate, settled=none, charged=none) -%}
    case
        when {{ exchange_rate }} is not null
            then {{ round_half_even(multiply_by_rate(amount, exchange_rate)) }}
        {% if settled %}
            when {{ charged }} <> 0 and {{ settled }} is not null
                then {{ divide_half_even(
                    "cast(" ~ amount ~ " as " ~ type_cents() ~ ") * cast(" ~ settled ~ " as decimal(18, 0))", charged
                ) }}
        {% endif %}
        else cast({{ amount }} as {{ type_cents() }})
    end
{%- endmacro %}
