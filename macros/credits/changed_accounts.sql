{#-
  The accounts, a customer's meter each, to which something happened since a model last ran, and from when
  on: `int_credit_changes` by time, `int_credit_window_changes` by the first window between two resets that is
  to be replaced. What lies before stays as it is.
-#}


{#- Rows of accounts that changed, with `changed_from`; on a model's first run all, from the beginning. -#}
{% macro of_changed_accounts(relation, news, condition="true") %}
    {{ _of_changed(relation, ref("int_credit_changes"), _account(), "changed_from", news, condition) }}
{% endmacro %}

{#- The same by windows, with `window_from`. -#}
{% macro of_changed_windows(relation, news, condition="changed_rows.window_start >= changes.window_from") %}
    {{ _of_changed(relation, ref("int_credit_window_changes"), _account(), "window_from", news, condition) }}
{% endmacro %}


{#- Pre-hooks: what happened to such accounts from then on goes, and the model inserts it anew. -#}
{% macro delete_changed_steps() %}
    {{ _delete_changed_from(
        ref("int_credit_changes"), _account(), "changed_from", "old_rows.placed_at >= changes.changed_from"
    ) }}
{% endmacro %}

{% macro delete_changed_windows(condition="old_rows.window_start >= changes.window_from") %}
    {{ _delete_changed_from(ref("int_credit_window_changes"), _account(), "window_from", condition) }}
{% endmacro %}


{% macro _account() %}
    {{ return(["customer_id", "meter_id"]) }}
{% endmacro %}
