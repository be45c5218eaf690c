{#-
  What a log says by keys and the time from which on something changed: rows of such keys, and their deletion.
  `condition` compares `changed_rows`, or `old_rows`, with `changes`.
-#}
{% macro _of_changed(relation, change_log, keys, bound, news, condition) %}
    {% set has_changed = has_changes(change_log, news) %}
    select
        changed_rows.*,
        {{ "changes." ~ bound if has_changed else first_window_start() }} as {{ bound }}
    from {{ relation }} as changed_rows
    {% if has_changed %}
        inner join ({{ _get_changed_from(change_log, keys, bound, news) }}) as changes
            on
                {% for key in keys %}
                    changed_rows.{{ key }} = changes.{{ key }} and
                {% endfor %}
                {{ condition }}
    {% elif not news["is_first"] %}
        where false
    {% endif %}
{% endmacro %}


{% macro _delete_changed_from(change_log, keys, bound, condition) %}
    {% set news = get_news() %}
    {% if is_incremental() and has_changes(change_log, news) %}
        {{ delete_joined(this, _get_changed_from(change_log, keys, bound, news), keys, condition) }}
    {% endif %}
{% endmacro %}


{% macro _get_changed_from(change_log, keys, bound, news) %}
    select
        {{ keys | join(", ") }},
        min({{ bound }}) as {{ bound }}
    from {{ change_log }}
    where run_number > {{ news["run_number"] }}
    group by {{ keys | join(", ") }}
{% endmacro %}


{#- Condition: the log has a line about the row's keys that a model, or a test, has not seen; on its first run, any row. -#}
{% macro is_of_changed_keys(keys, change_log, news) %}
    {%- if news["is_first"] -%}
        true
    {%- elif has_changes(change_log, news) -%}
        ({{ keys | join(", ") }}) in (
            select {{ keys | join(", ") }} from {{ change_log }} where run_number > {{ news["run_number"] }}
        )
    {%- else -%}
        false
    {%- endif -%}
{% endmacro %}
