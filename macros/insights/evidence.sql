{#-
  The rows of a mart that a finding rests on, as JSON text: the mart and, for each column of its key that
  tells them, the value, the list of values, or the first and last of a stretch.
  evidence("metrics_daily", {"period_start": ["began_at", "ended_at"]})
    ->  {"mart": "metrics_daily", "period_start": ["2026-01-01 00:00:00", "2026-01-31 00:00:00"]}
  evidence("costs_daily", {"customer_id": "customer_id", "date_day": {"from": "first", "to": "last"}})
    ->  {"mart": "costs_daily", "customer_id": "c", "date_day": {"from": "2026-01-01", "to": "2026-01-31"}}
-#}
{% macro evidence(mart, keys) -%}
    '{"mart": "{{ mart }}"'
    {%- for name, key in keys.items() %}
        || ', "{{ name }}": ' ||
        {%- if key is mapping %}
            '{"from": ' || {{ _key_text(key["from"]) }} || ', "to": ' || {{ _key_text(key["to"]) }} || '}'
        {%- elif key is string %}
            {{ _key_text(key) }}
        {%- else %}
            '[' || {% for part in key %}{{ _key_text(part) }}{{ " || ', ' || " if not loop.last }}{% endfor %} || ']'
        {%- endif %}
    {%- endfor %}
    || '}'
{%- endmacro %}

{% macro _key_text(expression) -%}
    {{ return(json_string("cast(" ~ expression ~ " as string)")) }}
{%- endmacro %}


{#- The two days that a trend is told from. -#}
{% macro trend_evidence(relation="trend") -%}
    case
        when {{ relation }}.previous_period_start is null
            then {{ evidence("metrics_daily", {"period_start": [relation ~ ".period_start"]}) }}
        else
            {{ evidence("metrics_daily", {
                "period_start": [relation ~ ".previous_period_start", relation ~ ".period_start"]
            }) }}
    end
{%- endmacro %}


{#- All days of a customer's. -#}
{% macro customer_evidence(relation) -%}
    {{ evidence("profit_daily", {
        "customer_id": relation ~ ".customer_id",
        "date_day": {"from": relation ~ ".first_day", "to": relation ~ ".last_day"},
    }) }}
{%- endmacro %}
