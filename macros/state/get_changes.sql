{#-
  What happened to customers and rates since a model last ran, as conditions and days that its SQL
  can use. Asked when the model compiles, so that a run without changes scans nothing for them.
-#}


{% macro has_external_id_changes(news) %}
    {{ return(_has_changes(ref("int_customer_external_id_changes"), news)) }}
{% endmacro %}

{% macro has_rate_changes(news) %}
    {{ return(_has_changes(ref("int_exchange_rate_changes"), news)) }}
{% endmacro %}

{% macro _has_changes(change_log, news) %}
    {% if not execute or news["is_first"] %}
        {{ return(false) }}
    {% endif %}
    {% set query %}
        select count(*) from {{ change_log }} where run_number > {{ news["run_number"] }}
    {% endset %}
    {{ return(run_query(query).rows[0][0] > 0) }}
{% endmacro %}


{#- External ids that changed hands since, as a subquery. -#}
{% macro changed_external_ids(news) %}
    (
        select external_customer_id
        from {{ ref("int_customer_external_id_changes") }}
        where run_number > {{ news["run_number"] }}
    )
{% endmacro %}


{#-
  Currencies and days whose rate changed since, as a subquery of (currency, valid_from, valid_to):
  a rate holds until the next one.
-#}
{% macro changed_rate_ranges(news) %}
    (
        select
            changes.currency,
            changes.rate_date as valid_from,
            min(rates.valid_from) as valid_to
        from {{ ref("int_exchange_rate_changes") }} as changes
        left join {{ ref("int_exchange_rates") }} as rates
            on
                changes.currency = rates.currency
                and changes.rate_date < rates.valid_from
        where changes.run_number > {{ news["run_number"] }}
        group by changes.currency, changes.rate_date
    )
{% endmacro %}


{#- Condition: the row's own load is new, or its customer or its rate has changed since. -#}
{% macro is_touched(news) %}
    {% set rates = ref("int_exchange_rates") %}
    raw_row_number >= {{ get_first_new_row() }}
    {% if has_external_id_changes(news) %}
        or (customer_id is null and external_customer_id in {{ changed_external_ids(news) }})
    {% endif %}
    {% if has_rate_changes(news) %}
        or exists (
            select 1
            from {{ changed_rate_ranges(news) }} as ranges
            where
                ranges.currency = native_currency
                and {{ local_date("occurred_at") }} >= ranges.valid_from
                and ({{ local_date("occurred_at") }} < ranges.valid_to or ranges.valid_to is null)
        )
    {% endif %}
{% endmacro %}
