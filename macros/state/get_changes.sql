{#-
  What happened to customers, rates, definitions, verdicts and traces since a model last ran, as
  conditions that its SQL can use. Each has a log with the number of the run that found the change.
  Asked when the model compiles, so that a run without changes scans nothing for them.
-#}


{#- Whether a log has lines that a model has not seen; never on its first run, which sees all rows. -#}
{% macro has_changes(change_log, news) %}
    {% if not execute or news["is_first"] %}
        {{ return(false) }}
    {% endif %}
    {% set answers = get_answers() %}
    {% set question = "changes of " ~ change_log ~ " since " ~ news["run_number"] %}
    {% if question not in answers %}
        {% set query %}
            select count(*) from {{ change_log }} where run_number > {{ news["run_number"] }}
        {% endset %}
        {% do answers.update({question: run_query(query).rows[0][0] > 0}) %}
    {% endif %}
    {{ return(answers[question]) }}
{% endmacro %}


{#- Condition: the log, which may name it otherwise, has a line about the row's key that a model has not seen. -#}
{% macro is_changed(key, change_log, news, key_of_log=none) %}
    {%- if has_changes(change_log, news) -%}
        {{ key }} in (
            select {{ key_of_log or key }} from {{ change_log }} where run_number > {{ news["run_number"] }}
        )
    {%- else -%}
        false
    {%- endif -%}
{% endmacro %}


{#- Conditions: the row's definition was added, edited or removed; its event counts no longer, or only now. -#}
{% macro is_of_changed_metric(news) %}
    {{ return(is_changed("cost_metric_id", ref("int_cost_metric_changes"), news)) }}
{% endmacro %}

{% macro is_of_changed_meter(news) %}
    {{ return(is_changed("meter_id", ref("int_meter_changes"), news)) }}
{% endmacro %}

{% macro is_of_changed_verdict(key, news) %}
    {{ return(is_changed(key, ref("int_event_verdict_changes"), news)) }}
{% endmacro %}


{#- Condition: the row's subscription has other terms, began a period or ended; on a model's first run, any. -#}
{% macro is_of_changed_subscription(news) %}
    {% set is_changed_subscription = is_changed("subscription_id", ref("int_subscription_changes"), news) %}
    {{ return("true" if news["is_first"] else is_changed_subscription) }}
{% endmacro %}


{#- Condition on priced costs: the rate of the row's day has changed. A rate holds until the next one. -#}
{% macro is_of_changed_rate(news) %}
    {% set changes, rates = ref("int_exchange_rate_changes"), ref("int_exchange_rates") %}
    {%- if has_changes(changes, news) -%}
        exists (
            select 1
            from (
                select
                    changes.currency,
                    changes.valid_from,
                    min(rates.valid_from) as valid_to
                from {{ changes }} as changes
                left join {{ rates }} as rates
                    on
                        changes.currency = rates.currency
                        and changes.valid_from < rates.valid_from
                where changes.run_number > {{ news["run_number"] }}
                group by changes.currency, changes.valid_from
            ) as ranges
            where
                ranges.currency = native_currency
                and {{ local_date("occurred_at") }} >= ranges.valid_from
                and ({{ local_date("occurred_at") }} < ranges.valid_to or ranges.valid_to is null)
        )
    {%- else -%}
        false
    {%- endif -%}
{% endmacro %}


{#- Condition on rows of events: the row's load is new, or its customer or its verdict has changed since. -#}
{% macro is_touched_event(news) %}
    (
        raw_row_number >= {{ get_first_new_row() }}
        or {{ is_changed("customer_reference", ref("int_customer_reference_changes"), news) }}
        or {{ is_of_changed_verdict("raw_row_number", news) }}
    )
{% endmacro %}


{#-
  Condition on priced costs: the same, or the row's rate or its trace has changed. Changed definitions
  stand apart: whole histories of theirs are replaced.
-#}
{% macro is_touched_cost(news) %}
    (
        {{ is_touched_event(news) }}
        or {{ is_of_changed_rate(news) }}
        or {{ is_changed("raw_row_number", ref("int_event_traces"), news) }}
    )
{% endmacro %}
