{#-
  Exact numbers. JSON numbers are read twice: as JSON, which tells their kind but passes them through
  a double, and as DECIMAL(38, 20), which is exact to the 20th decimal.
-#}


{#- Whether a JSON text is a number. -#}
{% macro is_json_number(json) -%}
    regexp_matches({{ json }}, '^-?[0-9]')
{%- endmacro %}


{#- Whether a JSON text is a number that may have been through a float: it has decimals or an exponent, or very many digits. -#}
{% macro is_json_fraction(json) -%}
    regexp_matches({{ json }}, '^-?[0-9]+([.eE]|[0-9]{18})')
{%- endmacro %}


{#- Whether a JSON text is a string that holds a decimal number, as `0.025` or `1e-7`. -#}
{% macro is_numeric_string(json) -%}
    regexp_full_match({{ json }}, '"{{ _decimal_pattern() }}"')
{%- endmacro %}


{#- A JSON text in which a string that reads like a JSON number is turned into that number. -#}
{% macro number_of_text(json) -%}
    {{ return(
        "case when regexp_full_match(" ~ json ~ ", '\"-?(0|[1-9][0-9]*)([.][0-9]+)?([eE][+-]?[0-9]+)?\"') then "
        ~ json_scalar_text(json) ~ " else cast(" ~ json ~ " as string) end"
    ) }}
{%- endmacro %}


{#-
  A number at 20 decimals; null when it is none or has more than 18 whole digits.
  `exact` is the same value cut from the record's text as DECIMAL(38, 20), needed for `is_json_fraction`.
-#}
{% macro read_decimal(json, exact) -%}
    case
        -- So small that the engine does not read it: nothing is left at 20 decimals.
        when regexp_matches({{ json }}, '[eE]-[0-9]{4}') and {{ is_numeric_string(json) }}
            then cast(0 as decimal(38, 20))
        when {{ is_numeric_string(json) }}
            then try_cast({{ json_scalar_text(json) }} as decimal(38, 20))
        when {{ is_json_fraction(json) }} then {{ exact }}
        when {{ is_json_number(json) }} then try_cast({{ json }} as decimal(38, 20))
    end
{%- endmacro %}


{#-
  Rounds a number read at 20 decimals to fewer, half away from zero. When what was cut beyond the
  20th decimal hides that the number lies just below a half, its double tells.
-#}
{% macro round_once(exact, json, decimals) -%}
    case
        when
            abs({{ exact }} - trunc({{ exact }}, {{ decimals }})) = cast('5e-{{ decimals + 1 }}' as decimal(38, 20))
            and abs(try_cast({{ json_scalar_text(json) }} as double)) < abs(cast(cast({{ exact }} as string) as double))
            then trunc({{ exact }}, {{ decimals }})
        else round({{ exact }}, {{ decimals }})
    end
{%- endmacro %}


{#- Whether rounding to `rounded` lost digits of a number. -#}
{% macro is_rounded(exact, json, rounded) -%}
    (
        {{ exact }} <> {{ rounded }}
        or case
            when {{ exact }} = 0 then try_cast({{ json_scalar_text(json) }} as double) <> 0
            else false
        end
    )
{%- endmacro %}


{#-
  An amount times a rate of at most 8 decimals, rounded once, half away from zero, to 14 decimals.
  The whole and the fractional part are multiplied apart, so that nothing can overflow; a product of
  more than 15 whole digits is null: unconverted, and counted as such.
-#}
{% macro convert_amount(amount, rate) -%}
    {#- DuckDB multiplies in 64 bits unless an operand is wider than 18 digits. -#}
    {% set whole = "cast(trunc(" ~ amount ~ ") as decimal(19, 0))" %}
    {% set fraction = "cast(" ~ amount ~ " - trunc(" ~ amount ~ ") as decimal(19, 14))" %}
    {% set wide_rate = "cast(" ~ rate ~ " as decimal(19, 8))" %}
    {% set product %}
        cast({{ whole }} * {{ wide_rate }} as {{ type_money() }})
        + cast(round({{ fraction }} * {{ wide_rate }}, 14) as {{ type_money() }})
    {% endset %}
    case
        when {{ rate }} = 1 then {{ amount }}
        when abs({{ product }}) < 1000000000000000 then cast({{ product }} as {{ type_money() }})
    end
{%- endmacro %}


{#-
  An amount times a ratio of 12 decimals, rounded once, half away from zero, to 14 decimals; null for a
  ratio of more than 7 whole digits and a product of more than 15.
-#}
{% macro multiply_by_ratio(amount, ratio) -%}
    {% set whole = "cast(trunc(" ~ amount ~ ") as decimal(19, 0))" %}
    {% set fraction = "cast(" ~ amount ~ " - trunc(" ~ amount ~ ") as decimal(19, 14))" %}
    {% set wide_ratio = "cast(" ~ ratio ~ " as decimal(19, 12))" %}
    case
        when
            abs({{ ratio }}) < 10000000
            and abs(trunc({{ whole }} * {{ wide_ratio }})) < 999999999999999
            then
                cast({{ whole }} * {{ wide_ratio }} as {{ type_money() }})
                + cast(round({{ fraction }} * {{ wide_ratio }}, 14) as {{ type_money() }})
    end
{%- endmacro %}


{#-
  An amount in minor units as major units, by its currency's ISO 4217 exponent; null beyond 15 whole
  digits and for an unknown currency.
-#}
{% macro to_major_units(minor_amount, exponent) -%}
    cast(
        case
            {% for digits in [0, 2, 3, 4] %}
                when {{ exponent }} = {{ digits }} and abs({{ minor_amount }}) >= {{ 10 ** (15 + digits) }} then null
            {% endfor %}
            when {{ exponent }} = 0 then cast({{ minor_amount }} as {{ type_money() }})
            {% for digits in [2, 3, 4] %}
                when {{ exponent }} = {{ digits }}
                    then cast({{ minor_amount }} as decimal(19, 0)) * cast('0.{{ "0" * (digits - 1) }}1' as decimal({{ digits }}, {{ digits }}))
            {% endfor %}
        end
        as {{ type_money() }}
    )
{%- endmacro %}


{#- A quotient of two exact numbers as decimal(38, 12), half away from zero; null unless the divisor is positive. -#}
{% macro divide_exactly(dividend, divisor) -%}
    {{ return(adapter.dispatch("divide_exactly", "cost_insights")(dividend, divisor)) }}
{%- endmacro %}

{% macro default__divide_exactly(dividend, divisor) -%}
    {{ exceptions.raise_compiler_error("divide_exactly is not written for this engine") }}
{%- endmacro %}

{#-
  Long division in whole numbers, six decimals a step, because a remainder times 10^6 still fits
  38 digits. The decimals of both, which are as many, cancel out.
-#}
{% macro duckdb__divide_exactly(dividend, divisor) -%}
    {% set top = "cast(replace(cast(abs(" ~ dividend ~ ") as string), '.', '') as hugeint)" %}
    {% set bottom = "cast(replace(cast(" ~ divisor ~ " as string), '.', '') as hugeint)" %}
    {% set first_rest = "(" ~ top ~ " % " ~ bottom ~ ") * 1000000" %}
    {% set second_rest = "(" ~ first_rest ~ " % " ~ bottom ~ ") * 1000000" %}
    {% set last_rest = "(" ~ second_rest ~ " % " ~ bottom ~ ")" %}
    case
        when
            {{ divisor }} > 0
            and {{ divisor }} < 100000000000000000
            and {{ top }} // {{ bottom }} < 100000000000000000000000000
            then
                cast(
                    cast(
                        sign({{ dividend }}) * (
                            {{ top }} // {{ bottom }} * 1000000000000
                            + {{ first_rest }} // {{ bottom }} * 1000000
                            + {{ second_rest }} // {{ bottom }}
                            + case when {{ last_rest }} * 2 >= {{ bottom }} then 1 else 0 end
                        )
                        as decimal(38, 0)
                    ) * cast('0.000000000001' as decimal(12, 12))
                    as decimal(38, 12)
                )
    end
{%- endmacro %}


{#- How often a positive whole number goes into another. -#}
{% macro divide_whole(dividend, divisor) -%}
    {{ return(adapter.dispatch("divide_whole", "cost_insights")(dividend, divisor)) }}
{%- endmacro %}

{% macro default__divide_whole(dividend, divisor) -%}
    {{ exceptions.raise_compiler_error("divide_whole is not written for this engine") }}
{%- endmacro %}

{% macro duckdb__divide_whole(dividend, divisor) -%}
    {{ return(dividend ~ " // " ~ divisor) }}
{%- endmacro %}


{#- A quotient of two whole numbers, rounded half away from zero; the divisor must be positive. -#}
{% macro divide_half_away(dividend, divisor) -%}
    {{ return(adapter.dispatch("divide_half_away", "cost_insights")(dividend, divisor)) }}
{%- endmacro %}

{% macro default__divide_half_away(dividend, divisor) -%}
    {{ exceptions.raise_compiler_error("divide_half_away is not written for this engine") }}
{%- endmacro %}

{% macro duckdb__divide_half_away(dividend, divisor) -%}
    cast(
        sign({{ dividend }})
        * ((2 * abs(cast({{ dividend }} as hugeint)) + {{ divisor }}) // (2 * {{ divisor }}))
        as bigint
    )
{%- endmacro %}


{#-
  A number of minor units, read at 20 decimals, cut to the 14th decimal of the major unit. Where this
  is the number itself, which is nearly always, there is nothing to round.
-#}
{% macro cut_to_money(exact, exponent) -%}
    case {{ exponent }}
        {% for digits in [0, 2, 3, 4] %}
            when {{ digits }} then cast(trunc({{ exact }}, {{ 14 - digits }}) as decimal(38, 20))
        {% endfor %}
    end
{%- endmacro %}


{#-
  A number of minor units, read at 20 decimals, as major units: rounded once, at the 14th decimal of
  the major unit. `is_whole` says that there is nothing to round. Exponent 0 is for major units.
-#}
{% macro minor_to_major_units(exact, json, exponent, is_whole) -%}
    case {{ exponent }}
        {% for digits in [0, 2, 3, 4] %}
            when {{ digits }}
                then
                    cast(
                        cast(
                            case
                                when {{ is_whole }} then {{ exact }}
                                else {{ round_once(exact, json, 14 - digits) }}
                            end as decimal({{ 33 - digits }}, {{ 14 - digits }})
                        ) {% if digits %} * cast('0.{{ "0" * (digits - 1) }}1' as decimal({{ digits }}, {{ digits }})) {% endif %}
                        as {{ type_money() }}
                    )
        {% endfor %}
    end
{%- endmacro %}


{#- A decimal number from its text, at 20 decimals; null when it is none or has more than 18 whole digits. -#}
{% macro decimal_from_text(text) -%}
    case
        when regexp_full_match({{ text }}, '{{ _decimal_pattern() }}')
            then try_cast({{ text }} as decimal(38, 20))
    end
{%- endmacro %}

{% macro _decimal_pattern() -%}
    {{ return("[+-]?([0-9]+([.][0-9]+)?|[.][0-9]+)([eE][+-]?[0-9]+)?") }}
{%- endmacro %}


{#-
  The exact product of a number read at 20 decimals and a unit cost of 12 decimals, in two columns that
  add up to it: `product_head` at 12 decimals and `product_tail` at 32, below 2, and 0 for whole numbers.
  `whole` and `fraction` are the parts of the number (`whole_part`, `fraction_part`).
-#}
{% macro product_head(whole, fraction, unit_cost) -%}
    cast(
        cast({{ whole }} * {{ unit_cost }} as decimal(38, 12))
        + case
            when {{ fraction }} = 0 or abs({{ unit_cost }}) < 1 then 0
            else trunc({{ fraction }} * cast(trunc({{ unit_cost }}) as decimal(19, 0)))
        end as decimal(38, 12)
    )
{%- endmacro %}

{% macro product_tail(fraction, unit_cost) -%}
    {% set by_whole = fraction ~ " * cast(trunc(" ~ unit_cost ~ ") as decimal(19, 0))" %}
    {% set by_fraction = fraction ~ " * cast(" ~ unit_cost ~ " - trunc(" ~ unit_cost ~ ") as decimal(13, 12))" %}
    case
        when {{ fraction }} = 0 then cast(0 as decimal(38, 32))
        else
            cast({{ by_whole }} - trunc({{ by_whole }}) as decimal(38, 32))
            + cast({{ by_fraction }} as decimal(38, 32))
    end
{%- endmacro %}


{#- The parts of a number before and after the point; both null when times the unit cost it has more than 20 whole digits, which no amount may have. -#}
{% macro whole_part(number, unit_cost) -%}
    case when {{ _is_product_in_range(number, unit_cost) }} then cast(trunc({{ number }}) as decimal(19, 0)) end
{%- endmacro %}

{% macro fraction_part(number, unit_cost) -%}
    case
        when {{ _is_product_in_range(number, unit_cost) }}
            then cast({{ number }} - trunc({{ number }}) as decimal(21, 20))
    end
{%- endmacro %}

{#- A number has at most 18 whole digits, so a product with a small unit cost needs no look at it. -#}
{% macro _is_product_in_range(number, unit_cost) -%}
    (
        abs({{ unit_cost }}) < 100
        or abs(cast({{ number }} as double)) * abs(cast({{ unit_cost }} as double)) < 1e20
    )
{%- endmacro %}


{#- A product in two columns as major units, rounded once at the 14th decimal of the major unit. -#}
{% macro product_to_major_units(head, tail, shift) -%}
    case {{ shift }}
        {% for digits in [0, 2, 3, 4] %}
            {% set type = "decimal(" ~ (36 - digits) ~ ", " ~ (14 - digits) ~ ")" %}
            when {{ digits }}
                then
                    cast(
                        case
                            when {{ tail }} = 0 then cast(round({{ head }}, {{ 14 - digits }}) as {{ type }})
                            else
                                cast(trunc({{ head }}) as {{ type }})
                                + cast(round({{ _tail_of_product(head, tail) }}, {{ 14 - digits }}) as {{ type }})
                        end {% if digits %} * cast('0.{{ "0" * (digits - 1) }}1' as decimal({{ digits }}, {{ digits }})) {% endif %}
                        as {{ type_money() }}
                    )
        {% endfor %}
    end
{%- endmacro %}

{% macro is_product_rounded(head, tail, shift) -%}
    case {{ shift }}
        {% for digits in [0, 2, 3, 4] %}
            when {{ digits }}
                then case
                    when {{ tail }} = 0 then {{ head }} <> round({{ head }}, {{ 14 - digits }})
                    else
                        {{ _tail_of_product(head, tail) }}
                        <> round({{ _tail_of_product(head, tail) }}, {{ 14 - digits }})
                end
        {% endfor %}
    end
{%- endmacro %}

{% macro _tail_of_product(head, tail) -%}
    (cast({{ head }} - trunc({{ head }}) as decimal(38, 32)) + {{ tail }})
{%- endmacro %}


{#-
  A price per unit, of at most 5 whole digits and 12 decimals, times units that are not negative, rounded
  once, half away from zero, to whole minor units (spec/polar.md 6.2). Whole and fractional units are multiplied apart,
  so that no product is longer than 38 digits; an amount of more than 18 digits is null.
-#}
{% macro metered_amount(unit_amount, units) -%}
    {#- DuckDB multiplies in 64 bits unless an operand is wider than 18 digits. -#}
    {% set price = "cast(" ~ unit_amount ~ " as decimal(19, 12))" %}
    {% set by_whole = price ~ " * try_cast(trunc(" ~ units ~ ") as decimal(19, 0))" %}
    {% set by_fraction = price ~ " * cast(" ~ units ~ " - trunc(" ~ units ~ ") as decimal(13, 12))" %}
    case
        when {{ units }} < 1000000000000000000 and cast({{ unit_amount }} as double) * cast({{ units }} as double) < 1e18
            then
                cast(trunc({{ by_whole }}) as bigint)
                + cast(
                    round(cast({{ by_whole }} - trunc({{ by_whole }}) as decimal(38, 24)) + {{ by_fraction }}) as bigint
                )
    end
{%- endmacro %}


{#- A quotient of two whole numbers, rounded half to even; the divisor must not be 0. -#}
{% macro divide_half_even(dividend, divisor) -%}
    {{ return(adapter.dispatch("divide_half_even", "cost_insights")(dividend, divisor)) }}
{%- endmacro %}

{% macro default__divide_half_even(dividend, divisor) -%}
    {{ exceptions.raise_compiler_error("divide_half_even is not written for this engine") }}
{%- endmacro %}

{% macro duckdb__divide_half_even(dividend, divisor) -%}
    {% set top = "abs(cast(" ~ dividend ~ " as hugeint))" %}
    {% set bottom = "abs(cast(" ~ divisor ~ " as hugeint))" %}
    {% set whole = "(" ~ top ~ " // " ~ bottom ~ ")" %}
    {% set rest = "(" ~ top ~ " % " ~ bottom ~ ")" %}
    cast(
        sign({{ dividend }}) * sign({{ divisor }}) * (
            {{ whole }}
            + case when 2 * {{ rest }} + {{ whole }} % 2 > {{ bottom }} then 1 else 0 end
        )
        as decimal(38, 0)
    )
{%- endmacro %}


{#- A decimal number rounded half to even to a whole one. -#}
{% macro round_half_even(number) -%}
    {{ return(adapter.dispatch("round_half_even", "cost_insights")(number)) }}
{%- endmacro %}

{% macro default__round_half_even(number) -%}
    {{ exceptions.raise_compiler_error("round_half_even is not written for this engine") }}
{%- endmacro %}

{% macro duckdb__round_half_even(number) -%}
    round_even({{ number }}, 0)
{%- endmacro %}


{#- A rate, or a sum of rates, divided by a whole number, at 20 decimals, half away; null unless that is positive. -#}
{% macro divide_rate(dividend, divisor) -%}
    {{ return(adapter.dispatch("divide_rate", "cost_insights")(dividend, divisor)) }}
{%- endmacro %}

{% macro default__divide_rate(dividend, divisor) -%}
    {{ exceptions.raise_compiler_error("divide_rate is not written for this engine") }}
{%- endmacro %}

{% macro duckdb__divide_rate(dividend, divisor) -%}
    {% set top = "cast(replace(cast(abs(cast(" ~ dividend ~ " as decimal(38, 20))) as string), '.', '') as hugeint)" %}
    case
        when {{ divisor }} > 0
            then
                cast(
                    cast(
                        sign({{ dividend }}) * (
                            {{ top }} // {{ divisor }}
                            + case when 2 * ({{ top }} % {{ divisor }}) >= {{ divisor }} then 1 else 0 end
                        )
                        as decimal(38, 0)
                    ) * cast('0.00000000000000000001' as decimal(20, 20))
                    as decimal(38, 20)
                )
    end
{%- endmacro %}


{#-
  The exact product of a whole number of at most 18 digits and a rate; null from 10^17 on. Whole and fractional
  part of the rate are multiplied apart, so that no product is longer than 38 digits.
-#}
{% macro multiply_by_rate(amount, rate) -%}
    {% set whole = "cast(" ~ amount ~ " as decimal(18, 0))" %}
    case
        when abs(cast({{ amount }} as double) * cast({{ rate }} as double)) < 1e17
            then
                cast({{ whole }} * trunc({{ rate }}) as decimal(38, 20))
                + {{ whole }} * cast({{ rate }} - trunc({{ rate }}) as decimal(20, 20))
    end
{%- endmacro %}
