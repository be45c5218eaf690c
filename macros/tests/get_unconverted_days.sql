{#- The days on which some amount of a daily table is unknown: a list of ISO dates. -#}
{% macro get_unconverted_days(daily_relation) %}
    {% if not execute %}
        {{ return([]) }}
    {% endif %}
    {% set query %}
        select distinct cast(date_day as string) as date_day
        from {{ daily_relation }}
        where unconverted_count > 0
        order by date_day
    {% endset %}
    {{ return(run_query(query).columns[0].values() | list) }}
{% endmacro %}
