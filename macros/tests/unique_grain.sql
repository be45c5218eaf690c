{#-
  The named columns are the table's grain: none is null, no combination appears twice.

  A table of events without `raw_row_number` names a table that has `load_number` (`new_in`) and the
  column that both have (`new_by`): only rows are looked at whose `new_by` is in a load that the test
  has not seen yet (macros/state/tested.sql). One of usage names the instant of its rows (`usage_at`): only
  days are looked at that the test has not seen as they are. One that follows a log of changes names it
  (`changed_in`) and the columns that both have (`changed_by`): only rows of what changed are looked at.
-#}
{% test unique_grain(model, columns, new_in=none, new_by=none, usage_at=none, changed_in=none, changed_by=none) %}
    select {{ columns | join(", ") }}
    from {{ model }}
    {% if new_in %}
        where {{ new_by }} in (
            select {{ new_by }}
            from {{ new_in }}
            where load_number > {{ get_news()["load_number"] }}
        )
    {% elif usage_at %}
        where {{ on_days(usage_at, get_touched_usage_days(get_news())) }} or {{ is_of_changed_meter(get_news()) }}
    {% elif changed_in %}
        where {{ is_of_changed_keys(changed_by, changed_in, get_news()) }}
    {% endif %}
    group by {{ columns | join(", ") }}
    having
        count(*) > 1
        {% for column in columns %}
            or {{ column }} is null
        {% endfor %}
{% endtest %}
