{#- Condition that a day is one of those that `get_touched_days` names. -#}
{% macro in_days(day, days) %}
    {%- if days is none -%}
        true
    {%- elif days | length == 0 -%}
        false
    {%- else -%}
        {{ day }} in ({%- for one in days %}cast('{{ one }}' as date){{ ", " if not loop.last }}{% endfor -%})
    {%- endif -%}
{% endmacro %}
