{#-
  Pre-hooks of the models of usage: what changed since the model last ran goes, and the model inserts it
  anew. On the first run there is nothing to delete.
-#}


{#- Rows of older events that changed hands, or count no longer. -#}
{% macro delete_touched_meter_events() %}
    {% set news = get_news() %}
    {% set matched = ref("int_meter_events_matched") %}
    {% set has_changed = has_changes(ref("int_customer_reference_changes"), news) %}
    {% set is_touched = is_touched_event(news) %}
    {% if is_incremental() and (has_changed or has_changes(ref("int_event_verdict_changes"), news)) %}
        delete from {{ this }} where event_id in (select event_id from {{ matched }} where {{ is_touched }})
    {% endif %}
{% endmacro %}


{#- Rows of days, or months, on which an event is new or has changed; `day` is a column of that. -#}
{% macro delete_touched_usage(day) %}
    {% set news = get_news() %}
    {% set days = get_touched_usage_days(news) %}
    {% if is_incremental() and days %}
        delete from {{ this }} where {{ in_days(day, days) }}
    {% endif %}
{% endmacro %}

{% macro delete_touched_usage_months() %}
    {% set news = get_news() %}
    {% set months = get_months(get_touched_usage_days(news)) %}
    {% if is_incremental() and months %}
        delete from {{ this }} where {{ in_days("month_start_date", months) }}
    {% endif %}
{% endmacro %}


{#- Post-hook: rows of days of receipt, and of meters, that this run has inserted anew. -#}
{% macro delete_replaced_receipts() %}
    {% set news = get_news() %}
    {% set days = get_touched_receipt_days(news) %}
    {% set is_of_changed_meter = is_of_changed_meter(news) %}
    {% if is_incremental() and not news["is_first"] %}
        delete from {{ this }}
        where
            run_number < {{ this_run_number() }}
            and ({{ in_days("received_date", days) }} or {{ is_of_changed_meter }})
    {% endif %}
{% endmacro %}
