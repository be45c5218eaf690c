{#- Instants are UTC timestamps without a zone; these macros are the only places that know zones. -#}


{#- ISO 8601 text with an offset as UTC; null outside the years 1 to 9999 or when no such instant exists. -#}
{% macro utc_from_iso(text) -%}
    {{ return(adapter.dispatch("utc_from_iso", "cost_insights")(text)) }}
{%- endmacro %}

{% macro default__utc_from_iso(text) -%}
    {{ exceptions.raise_compiler_error("utc_from_iso is not written for this engine") }}
{%- endmacro %}

{% macro duckdb__utc_from_iso(text) -%}
    {% set instant = "timezone('UTC', try_cast(" ~ text ~ " as timestamptz))" %}
    case
        -- Only in the first and the last year can the offset lead out of them.
        when {{ text }} between '0002' and '9999' then {{ instant }}
        else {{ _within_four_digit_years(instant) }}
    end
{%- endmacro %}


{#- Unix seconds, or milliseconds when beyond 2e10, as UTC. -#}
{% macro utc_from_unix(text) -%}
    {{ return(adapter.dispatch("utc_from_unix", "cost_insights")(text)) }}
{%- endmacro %}

{% macro default__utc_from_unix(text) -%}
    {{ exceptions.raise_compiler_error("utc_from_unix is not written for this engine") }}
{%- endmacro %}

{% macro duckdb__utc_from_unix(text) -%}
    {% set number = "cast(" ~ text ~ " as decimal(24, 9))" %}
    {% set microseconds %}
        cast(
            floor({{ number }} * case when abs({{ number }}) > 20000000000 then 1000 else 1000000 end)
            as bigint
        )
    {% endset %}
    {{ _within_four_digit_years("make_timestamp(" ~ microseconds ~ ")") }}
{%- endmacro %}

{% macro _within_four_digit_years(instant) -%}
    case
        when {{ instant }} between timestamp '0001-01-01' and timestamp '9999-12-31 23:59:59.999999'
            then {{ instant }}
    end
{%- endmacro %}


{#- The day of an instant in the reporting time zone. -#}
{% macro local_date(instant) -%}
    {{ return(adapter.dispatch("local_date", "cost_insights")(instant)) }}
{%- endmacro %}

{% macro default__local_date(instant) -%}
    {{ exceptions.raise_compiler_error("local_date is not written for this engine") }}
{%- endmacro %}

{% macro duckdb__local_date(instant) -%}
    {% set zone = get_settings()["reporting_timezone"] %}
    {%- if zone == "UTC" -%}
        cast({{ instant }} as date)
    {%- else -%}
        cast(timezone({{ text_literal(zone) }}, timezone('UTC', {{ instant }})) as date)
    {%- endif -%}
{%- endmacro %}


{% macro is_known_timezone(zone) -%}
    {{ return(adapter.dispatch("is_known_timezone", "cost_insights")(zone)) }}
{%- endmacro %}

{% macro default__is_known_timezone(zone) -%}
    {{ exceptions.raise_compiler_error("is_known_timezone is not written for this engine") }}
{%- endmacro %}

{% macro duckdb__is_known_timezone(zone) -%}
    {% set known_zones %}
        select count(*) from pg_timezone_names() where name = {{ text_literal(zone) }}
    {% endset %}
    {{ return(run_query(known_zones).rows[0][0] > 0) }}
{%- endmacro %}


{#- Every day from the first to the last, one row each, as `date_day`. -#}
{% macro unnest_days(first_day, last_day) -%}
    {{ return(adapter.dispatch("unnest_days", "cost_insights")(first_day, last_day)) }}
{%- endmacro %}

{% macro default__unnest_days(first_day, last_day) -%}
    {{ exceptions.raise_compiler_error("unnest_days is not written for this engine") }}
{%- endmacro %}

{% macro duckdb__unnest_days(first_day, last_day) -%}
    cast(unnest(generate_series({{ first_day }}, {{ last_day }}, interval 1 day)) as date)
{%- endmacro %}


{#- The whole second nearest to an instant, halves up, counted from 1970. -#}
{% macro epoch_seconds(instant) -%}
    {{ return(adapter.dispatch("epoch_seconds", "cost_insights")(instant)) }}
{%- endmacro %}

{% macro default__epoch_seconds(instant) -%}
    {{ exceptions.raise_compiler_error("epoch_seconds is not written for this engine") }}
{%- endmacro %}

{% macro duckdb__epoch_seconds(instant) -%}
    {{ return("(epoch_us(date_trunc('second', " ~ instant ~ " + interval 500 millisecond)) // 1000000)") }}
{%- endmacro %}


{#- The microseconds of an instant since 1970: its text would cost more than all else of a hash. -#}
{% macro epoch_microseconds(instant) -%}
    {{ return(adapter.dispatch("epoch_microseconds", "cost_insights")(instant)) }}
{%- endmacro %}

{% macro default__epoch_microseconds(instant) -%}
    {{ exceptions.raise_compiler_error("epoch_microseconds is not written for this engine") }}
{%- endmacro %}

{% macro duckdb__epoch_microseconds(instant) -%}
    {{ return("epoch_us(" ~ instant ~ ")") }}
{%- endmacro %}


{#- The instant at which a day begins in the reporting time zone, UTC. -#}
{% macro start_of_day(day) -%}
    {{ return(adapter.dispatch("start_of_day", "cost_insights")(day)) }}
{%- endmacro %}

{% macro default__start_of_day(day) -%}
    {{ exceptions.raise_compiler_error("start_of_day is not written for this engine") }}
{%- endmacro %}

{% macro duckdb__start_of_day(day) -%}
    {% set zone = text_literal(get_settings()["reporting_timezone"]) %}
    {{ return("timezone('UTC', timezone(" ~ zone ~ ", cast(" ~ day ~ " as timestamp)))") }}
{%- endmacro %}


{#- The instant so many days later at the same time of day in the reporting time zone. -#}
{% macro add_local_days(instant, count) -%}
    {{ return(adapter.dispatch("add_local_days", "cost_insights")(instant, count)) }}
{%- endmacro %}

{% macro default__add_local_days(instant, count) -%}
    {{ exceptions.raise_compiler_error("add_local_days is not written for this engine") }}
{%- endmacro %}

{% macro duckdb__add_local_days(instant, count) -%}
    {% set zone = get_settings()["reporting_timezone"] %}
    {% set days = " + interval " ~ count ~ " day" %}
    {% if zone == "UTC" %}
        {{ return("(" ~ instant ~ days ~ ")") }}
    {% endif %}
    {% set zone = text_literal(zone) %}
    {{ return("timezone('UTC', timezone(" ~ zone ~ ", timezone(" ~ zone ~ ", timezone('UTC', " ~ instant ~ "))" ~ days ~ "))") }}
{%- endmacro %}


{#-
  The instant at which the hour of an instant begins in the reporting time zone, UTC. An hour that
  repeats in autumn is two.
-#}
{% macro start_of_hour(instant) -%}
    {{ return(adapter.dispatch("start_of_hour", "cost_insights")(instant)) }}
{%- endmacro %}

{% macro default__start_of_hour(instant) -%}
    {{ exceptions.raise_compiler_error("start_of_hour is not written for this engine") }}
{%- endmacro %}

{% macro duckdb__start_of_hour(instant) -%}
    {% set zone = get_settings()["reporting_timezone"] %}
    {% if zone == "UTC" %}
        {{ return("date_trunc('hour', " ~ instant ~ ")") }}
    {% endif %}
    {% set local = "timezone(" ~ text_literal(zone) ~ ", timezone('UTC', " ~ instant ~ "))" %}
    {{ return(instant ~ " - (" ~ local ~ " - date_trunc('hour', " ~ local ~ "))") }}
{%- endmacro %}


{#- Every quarter of an hour from one instant to another, one row each; where hours begin, in any zone, one does. -#}
{% macro unnest_quarter_hours(first, last) -%}
    {{ return(adapter.dispatch("unnest_quarter_hours", "cost_insights")(first, last)) }}
{%- endmacro %}

{% macro default__unnest_quarter_hours(first, last) -%}
    {{ exceptions.raise_compiler_error("unnest_quarter_hours is not written for this engine") }}
{%- endmacro %}

{% macro duckdb__unnest_quarter_hours(first, last) -%}
    unnest(generate_series({{ first }}, {{ last }}, interval 15 minute))
{%- endmacro %}
