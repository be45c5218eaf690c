{#-
  Which days, and periods around them, have users to be counted anew since a model last ran, as lists of ISO
  dates, or none for all of them.
-#}


{#- The local days with a new event of Polar. -#}
{% macro get_touched_user_days(news) %}
    {{ return(get_touched_days(
        ref("stg_polar__events"), "raw_row_number >= " ~ get_first_new_row(), news
    )) }}
{% endmacro %}


{#- The same, and those with a user who is another customer now. -#}
{% macro get_recounted_user_days(news) %}
    {% set days = get_touched_user_days(news) %}
    {% set references = ref("int_customer_reference_changes") %}
    {% if has_changes(references, news) %}
        {% set query %}
            select distinct cast(date_day as string) as date_day
            from {{ ref("int_users_seen_daily") }}
            where {{ is_changed("customer_reference", references, news) }}
        {% endset %}
        {% for day in run_query(query).columns[0].values() if day not in days %}
            {% do days.append(day) %}
        {% endfor %}
    {% endif %}
    {{ return(days) }}
{% endmacro %}


{#- Condition that a day is in a bucket of one of the days. -#}
{% macro in_buckets_of(day, days, grain) %}
    {%- if days is none -%}
        true
    {%- elif days | length == 0 -%}
        false
    {%- else -%}
        {{ bucket_of_day(day, grain) }} in (
            {%- for one in days %}{{ bucket_of_day("cast('" ~ one ~ "' as date)", grain) }}{{ ", " if not loop.last }}{% endfor -%}
        )
    {%- endif -%}
{% endmacro %}


{#- Pre-hooks: what such days are part of goes, and the model inserts it anew. -#}
{% macro delete_touched_user_months() %}
    {% set news = get_news() %}
    {% if is_incremental() and not news["is_first"] %}
        {% set days = get_touched_user_days(news) %}
        {% if days | length > 0 %}
            delete from {{ this }} where {{ in_buckets_of("month_start_date", days, "month") }}
        {% endif %}
    {% endif %}
{% endmacro %}

{% macro delete_recounted_users(grains) %}
    {% set news = get_news() %}
    {% if is_incremental() and not news["is_first"] %}
        {% set days = get_recounted_user_days(news) %}
        {% if days | length > 0 %}
            delete from {{ this }}
            where
                {% for grain in grains %}
                    (grain = '{{ grain }}' and {{ in_buckets_of("bucket", days, grain) }})
                    {{- " or" if not loop.last }}
                {% endfor %}
        {% endif %}
    {% endif %}
{% endmacro %}
