{#-
  How the sentences of `insights` say figures: exact until they are rounded here, half away from zero.
  Amounts are from 0 on.
-#}


{#- An amount in the reporting currency: `1,234.50 USD`. -#}
{% macro amount_text(amount) -%}
    {{ hundredths_text("100 * " ~ amount) }} || ' {{ get_settings()["reporting_currency"] | upper }}'
{%- endmacro %}


{#- Cents of `metrics_*`, which are those of a US dollar: `12.50 USD`. -#}
{% macro cents_text(cents) -%}
    {{ hundredths_text(cents) }} || ' USD'
{%- endmacro %}


{#- A share in whole percents: 0.675 is `68%`. -#}
{% macro percent_text(ratio) -%}
    {{ whole_text("100 * " ~ ratio) }} || '%'
{%- endmacro %}


{#- A share in hundredths with one decimal, for what lies near a threshold: 0.0741 is `7.4`. -#}
{% macro points_text(ratio) -%}
    cast(round(100 * {{ ratio }}, 1) as string)
{%- endmacro %}


{#- A threshold as it is, without zeros at its end; and as a share in percents. -#}
{% macro exact_text(threshold) -%}
    regexp_replace(cast({{ threshold }} as string), '[.]?0+$', '')
{%- endmacro %}

{% macro exact_percent_text(threshold) -%}
    {{ exact_text("100 * " ~ threshold) }} || '%'
{%- endmacro %}


{#- A number of things: `1 subscription`, `2 subscriptions`. -#}
{% macro count_text(count, noun) -%}
    {{ whole_text(count) }} || case when {{ count }} = 1 then ' {{ noun }}' else ' {{ noun }}s' end
{%- endmacro %}


{#- How a metric moved in the trend: `rose by 25%`. -#}
{% macro moved_text(metric) -%}
    {% set change = "trend." ~ metric ~ "_change_ratio" %}
    case when {{ change }} > 0 then 'rose by ' else 'fell by ' end || {{ percent_text("abs(" ~ change ~ ")") }}
{%- endmacro %}
