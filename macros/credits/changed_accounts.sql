{#-
  The accounts, a customer's meter each, to which something happened since a model last ran, and from when
  on: `int_credit_changes` by time, `int_credit_window_changes` by the first window between two resets that is
  to be replaced. What lies before stays as it is.
-#}


{#- Rows of accounts that changed, with `changed_from`; on a model's first run all, from the beginning. -#}
{% macro of_changed_accounts(relation, news, condition="true") %}
    {{ _of_changed(relation, ref("int_credit_changes"), "changed_from", news, condition) }}
{% endmacro %}

{#- The same by windows, with `window_from`. -#}
{% macro of_changed_windows(relation, news, condition="changed_rows.window_start >= changes.window_from") %}
    {{ _of_changed(relation, ref("int_credit_window_changes"), "window_from", news, condition) }}
{% endmacro %}


{% macro _of_changed(relation, change_log, bound, news, condition) %}
    {% set has_changed = has_changes(change_log, news) %}
    select
        changed_rows.*,
        {{ "changes." ~ bound if has_changed else first_window_start() }} as {{ bound }}
    from {{ relation }} as changed_rows
    {% if has_changed %}
        inner join ({{ _get_changed(change_log, bound, news) }}) as changes
            on
                changed_rows.customer_id = changes.customer_id
                and changed_rows.meter_id = changes.meter_id
                and {{ condition }}
    {% elif not news["is_first"] %}
        where false
    {% endif %}
{% endmacro %}


{% macro _get_changed(change_log, bound, news) %}
    select
        customer_id,
        meter_id,
        min({{ bound }}) as {{ bound }}
    from {{ change_log }}
    where run_number > {{ news["run_number"] }}
    group by customer_id, meter_id
{% endmacro %}


{#- Pre-hooks: what happened to such accounts from then on goes, and the model inserts it anew. -#}
{% macro delete_changed_steps() %}
    {{ _delete_changed_accounts(ref("int_credit_changes"), "changed_from", "old_rows.placed_at >= changes.changed_from") }}
{% endmacro %}

{% macro delete_changed_windows(condition="old_rows.window_start >= changes.window_from") %}
    {{ _delete_changed_accounts(ref("int_credit_window_changes"), "window_from", condition) }}
{% endmacro %}


{% macro _delete_changed_accounts(change_log, bound, condition) %}
    {% set news = get_news() %}
    {% if is_incremental() and has_changes(change_log, news) %}
        {{ delete_joined(this, _get_changed(change_log, bound, news), ["customer_id", "meter_id"], condition) }}
    {% endif %}
{% endmacro %}
