{#- Rows of the subscriptions of whose charges something changed since a model last ran, with `replaced_from`. -#}
{% macro of_changed_charges(relation, news, condition="changed_rows.period_start >= changes.replaced_from") %}
    {{ _of_changed(relation, ref("int_charge_changes"), ["subscription_id"], "replaced_from", news, condition) }}
{% endmacro %}


{#- Pre-hook: what they were charged for periods from then on goes, and the model inserts it anew. -#}
{% macro delete_changed_charges() %}
    {{ _delete_changed_from(
        ref("int_charge_changes"), ["subscription_id"], "replaced_from", "old_rows.period_start >= changes.replaced_from"
    ) }}
{% endmacro %}
