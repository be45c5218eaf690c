{#-
  The periods of `metrics_*`, in steps of a grain: hour, day, week, month or year of the reporting time zone
  (spec/polar.md 8.1). A bucket is named by the instant at which its hour begins, or by its first day.
-#}


{#- The bucket of an instant; the same of a local day, for all grains but hours. -#}
{% macro bucket_of(instant, grain) -%}
    {%- if grain == "hour" -%}
        {{ start_of_hour(instant) }}
    {%- else -%}
        {{ bucket_of_day(local_date(instant), grain) }}
    {%- endif -%}
{%- endmacro %}

{% macro bucket_of_day(day, grain) -%}
    {%- if grain == "day" -%}
        {{ day }}
    {%- else -%}
        cast(date_trunc('{{ grain }}', {{ day }}) as date)
    {%- endif -%}
{%- endmacro %}


{#- The same of what may have happened before the first row: that is together in the opening bucket. -#}
{% macro clipped_bucket_of(instant, grain) -%}
    case when {{ instant }} is not null then greatest({{ bucket_of(instant, grain) }}, opening_bucket) end
{%- endmacro %}


{#-
  The steps that every table of metrics begins with:
    bounds    one row: its first and last bucket, `opening_bucket` before them, `never` after them
    buckets   one row per bucket, the opening one too (`is_opening`), which holds what came before
-#}
{% macro metric_buckets(grain) %}
    activity as (

        select
            -- A request of hours goes back some days, not to the first activity.
            {% if grain == "hour" %}
                greatest(first_activity_at, {{ hourly_metrics_start() }}) as first_at,
            {% else %}
                first_activity_at as first_at,
            {% endif %}
            {{ as_of_instant() }} as last_at
        from {{ ref("int_metrics_window") }}

    ),

    bounds as (

        select
            {{ bucket_of("first_at", grain) }} as first_bucket,
            {{ bucket_of("last_at", grain) }} as last_bucket,
            {% if grain == "hour" %}
                {{ bucket_of("first_at", grain) }} - interval 1 hour as opening_bucket,
                cast('9999-12-31' as timestamp) as never
            {% else %}
                {{ bucket_of("first_at", grain) }} - 1 as opening_bucket,
                cast('9999-12-31' as date) as never
            {% endif %}
        from activity

    ),

    instants as (

        select
            {% if grain == "hour" %}
                {{ unnest_quarter_hours("first_at", "last_at") }} as instant
            {% else %}
                {{ unnest_days("first_bucket", "last_bucket") }} as instant
            {% endif %}
        from {{ "activity" if grain == "hour" else "bounds" }}

    ),

    buckets as (

        select
            opening_bucket as bucket,
            true as is_opening,
            cast(null as timestamp) as period_start
        from bounds
        union all
        select distinct
            {% if grain == "hour" %}
                {{ bucket_of("instant", grain) }} as bucket,
                false as is_opening,
                {{ bucket_of("instant", grain) }} as period_start
            {% else %}
                {{ bucket_of_day("instant", grain) }} as bucket,
                false as is_opening,
                {{ start_of_day(bucket_of_day("instant", grain)) }} as period_start
            {% endif %}
        from instants

    )
{% endmacro %}


{#- The instant from which on there are metrics of hours. -#}
{% macro hourly_metrics_start() -%}
    {{ start_of_hour(as_of_instant() ~ " - interval " ~ var("hourly_metrics_days") ~ " day") }}
{%- endmacro %}
