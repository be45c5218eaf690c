{#-
  The 30 days before that of `as_of`, whole days, so that nothing after `as_of` counts: the first and the
  last of them.
-#}
{% macro last_thirty_days() %}
    {{ return({
        "from": "cast(" ~ as_of_date() ~ " - interval 30 day as date)",
        "to": "cast(" ~ as_of_date() ~ " - interval 1 day as date)",
    }) }}
{% endmacro %}


{% macro in_last_thirty_days(day) -%}
    {{ day }} between {{ last_thirty_days()["from"] }} and {{ last_thirty_days()["to"] }}
{%- endmacro %}
