{#-
  The local days on which rows of an event-grain table are new or have changed since a model last
  ran: a list of ISO dates, or none for "all days".
-#}
{% macro get_touched_days(event_relation, news) %}
    {% set condition = is_touched(news) %}
    {% if not execute or news["is_first"] %}
        {{ return(none) }}
    {% endif %}
    {% set query %}
        select distinct cast({{ local_date("occurred_at") }} as string) as date_day
        from {{ event_relation }}
        where {{ condition }}
        order by date_day
    {% endset %}
    {{ return(run_query(query).columns[0].values() | list) }}
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
