{#-
  Pre-hooks of the marts of traces: what is new or has changed since the model last ran goes, and the
  model inserts it anew. On the first run there is nothing to delete.
-#}


{#- Rows of older traces that changed; what is left of them comes anew. -#}
{% macro delete_touched_traces() %}
    {% set news = get_news() %}
    {% set changes = ref("int_trace_changes") %}
    {% if is_incremental() and has_changes(changes, news) %}
        delete from {{ this }}
        where trace_id in (
            select events.event_id
            from {{ ref("int_events") }} as events
            inner join {{ changes }} as changes
                on events.raw_row_number = changes.root_row_number
            where changes.run_number > {{ news["run_number"] }}
        )
    {% endif %}
{% endmacro %}


{#- Rows of names of which any trace is touched. -#}
{% macro delete_touched_trace_names() %}
    {% set news = get_news() %}
    {% if is_incremental() and not news["is_first"] %}
        delete from {{ this }} where {{ is_touched_trace_name(news) }}
    {% endif %}
{% endmacro %}


{#-
  Rows of days on which any trace is touched; and zeros that may not belong there any longer: of names
  without a trace on other days, before the first day with a trace, and after the last day.
-#}
{% macro delete_touched_trace_days() %}
    {% set news = get_news() %}
    {% if is_incremental() and not news["is_first"] %}
        {% set is_touched = in_days("date_day", get_touched_trace_days(news)) %}
        {% set kept = "from " ~ this ~ " where occurrences > 0 and not (" ~ is_touched ~ ")" %}
        delete from {{ this }}
        where
            {{ is_touched }}
            or event_name not in (select event_name {{ kept }})
            or (
                occurrences = 0
                and (
                    date_day < (select min(date_day) {{ kept }} and date_day >= {{ first_plausible_day() }})
                    or date_day > greatest((select max(date_day) {{ kept }}), {{ as_of_date() }})
                )
            )
    {% endif %}
{% endmacro %}


{#- Earlier timestamps are placeholders (0001-01-01, 1970-01-01): no row of zeros begins there. -#}
{% macro first_plausible_day() -%}
    cast('2000-01-01' as date)
{%- endmacro %}
