{#-
  The local days on which rows of a table at the grain of events are new or have changed since a model
  last ran, by a condition of `get_changes.sql`: a list of ISO dates, or none for "all days".
-#}
{% macro get_touched_days(event_relation, condition, news, instant="occurred_at") %}
    {% if not execute or news["is_first"] %}
        {{ return(none) }}
    {% endif %}
    {% set query %}
        select distinct cast({{ local_date(instant) }} as string) as date_day
        from {{ event_relation }}
        where {{ condition }}
        order by date_day
    {% endset %}
    {{ return(run_query(query).columns[0].values() | list) }}
{% endmacro %}


{#- The days on which a cost is new or has changed; the same of what a meter counts. -#}
{% macro get_touched_cost_days(news) %}
    {{ return(get_touched_days(ref("int_cost_events_priced"), is_touched_cost(news), news)) }}
{% endmacro %}

{% macro get_touched_usage_days(news) %}
    {{ return(get_touched_days(ref("int_meter_events_matched"), is_touched_event(news), news)) }}
{% endmacro %}

{#- The days of receipt of such events. -#}
{% macro get_touched_receipt_days(news) %}
    {% set condition = "event_source = 'user' and " ~ is_touched_event(news) %}
    {{ return(get_touched_days(ref("int_meter_events_matched"), condition, news, "ingested_at")) }}
{% endmacro %}


{#-
  Condition that an instant falls on one of the days. The bounds around it are literals, so that
  the engine can skip row groups by their smallest and largest instant.
-#}
{% macro on_days(instant, days) %}
    {%- if days is none -%}
        true
    {%- elif days | length == 0 -%}
        false
    {%- else -%}
        {{ instant }} >= cast({{ text_literal(days[0]) }} as timestamp) - interval 1 day
        and {{ instant }} < cast({{ text_literal(days[-1]) }} as timestamp) + interval 2 day
        and {{ local_date(instant) }} in (
            {%- for day in days %}cast('{{ day }}' as date){{ ", " if not loop.last }}{% endfor -%}
        )
    {%- endif -%}
{% endmacro %}


{#- The months of such days, as their first days; and the condition that an instant falls into one of them. -#}
{% macro get_months(days) %}
    {% if days is none %}
        {{ return(none) }}
    {% endif %}
    {% set months = [] %}
    {% for day in days if day[:7] ~ "-01" not in months %}
        {% do months.append(day[:7] ~ "-01") %}
    {% endfor %}
    {{ return(months) }}
{% endmacro %}

{% macro on_months(instant, months) %}
    {%- if months is none -%}
        true
    {%- elif months | length == 0 -%}
        false
    {%- else -%}
        {{ instant }} >= cast({{ text_literal(months[0]) }} as timestamp) - interval 1 day
        and {{ instant }} < cast({{ text_literal(months[-1]) }} as timestamp) + interval 33 day
        and {{ in_months(local_date(instant), months) }}
    {%- endif -%}
{% endmacro %}
