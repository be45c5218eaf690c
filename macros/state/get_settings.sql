{#-
  The variables that are stored with the data, normalised: currency in lower case. `layout_version` is the
  project's own: it counts up when a table that is only added to gets other columns.
-#}
{% macro get_settings() %}
    {{ return({
        "reporting_currency": var("reporting_currency") | string | lower,
        "reporting_timezone": var("reporting_timezone") | string,
        "refund_dating": var("refund_dating") | string,
        "cost_report_top_values": var("cost_report_top_values") | string,
        "layout_version": "7",
    }) }}
{% endmacro %}


{#- Stops with a plain sentence when a variable cannot be used; runs once, at the start. -#}
{% macro validate_settings() %}
    {% set settings = get_settings() %}
    {% if settings["refund_dating"] not in ["refund", "order"] %}
        {{ exceptions.raise_compiler_error(
            "Variable refund_dating is '" ~ settings["refund_dating"] ~ "': write 'refund' or 'order'."
        ) }}
    {% endif %}
    {% if not modules.re.fullmatch("[a-z]{3}", settings["reporting_currency"]) %}
        {{ exceptions.raise_compiler_error(
            "Variable reporting_currency is '" ~ settings["reporting_currency"]
            ~ "': write a three-letter ISO 4217 code such as 'usd'."
        ) }}
    {% endif %}
    {% if not modules.re.fullmatch("[1-9][0-9]{0,8}", settings["cost_report_top_values"]) %}
        {{ exceptions.raise_compiler_error(
            "Variable cost_report_top_values is '" ~ settings["cost_report_top_values"]
            ~ "': write a whole number from 1 on."
        ) }}
    {% endif %}
    {% if not modules.re.fullmatch("[1-9][0-9]{0,2}", var("hourly_metrics_days") | string) %}
        {{ exceptions.raise_compiler_error(
            "Variable hourly_metrics_days is '" ~ var("hourly_metrics_days")
            ~ "': write a whole number of days from 1 to 999."
        ) }}
    {% endif %}
    {% if not is_known_timezone(settings["reporting_timezone"]) %}
        {{ exceptions.raise_compiler_error(
            "Variable reporting_timezone is '" ~ settings["reporting_timezone"]
            ~ "': write an IANA zone such as 'UTC' or 'America/Los_Angeles'."
        ) }}
    {% endif %}
    {% do get_as_of() %}
{% endmacro %}


{#- The only clock: variable `as_of`, an ISO date or date and time in UTC, else the start of the run. -#}
{% macro get_as_of() %}
    {% set given = var("as_of", none) %}
    {% if given is none %}
        {{ return(run_started_at.strftime("%Y-%m-%d %H:%M:%S.%f")) }}
    {% endif %}
    {% set pattern = "\\d{4}-\\d{2}-\\d{2}([T ]\\d{2}:\\d{2}(:\\d{2}(\\.\\d{1,6})?)?)?(Z|\\+00:00)?" %}
    {% if not modules.re.fullmatch(pattern, given | string) %}
        {{ exceptions.raise_compiler_error(
            "Variable as_of is '" ~ given ~ "': write a UTC time such as '2026-03-31' or '2026-03-31T23:59:59Z'."
        ) }}
    {% endif %}
    {{ return((given | string).replace("T", " ").replace("Z", "").replace("+00:00", "")) }}
{% endmacro %}


{#- `as_of` as an expression; and its day in the reporting time zone. -#}
{% macro as_of_instant() -%}
    {{ return("cast(" ~ text_literal(get_as_of()) ~ " as timestamp)") }}
{%- endmacro %}

{% macro as_of_date() -%}
    {{ local_date(as_of_instant()) }}
{%- endmacro %}
