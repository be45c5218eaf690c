{#-
  The steps of a log of changes, the last of them named `compared`: what a table says now about its keys
  and did not say when they were last logged. A null value says that the row is gone; `labels` are
  columns that come along without counting as a change.
-#}
{% macro changes_since_logged(current_relation, keys, value, labels=[]) %}
    current_rows as (

        select {{ (keys + labels + [value]) | join(", ") }}
        from {{ current_relation }}

    ),

    logged as (

        {% if is_incremental() %}
            select {{ (keys + labels + [value]) | join(", ") }}
            from {{ this }}
            qualify row_number() over (partition by {{ keys | join(", ") }} order by run_number desc) = 1
        {% else %}
            select * from current_rows
            where false
        {% endif %}

    ),

    compared as (

        select
            {% for column in keys + labels %}
                coalesce(current_rows.{{ column }}, logged.{{ column }}) as {{ column }},
            {% endfor %}
            current_rows.{{ value }},
            {{ this_run_number() }} as run_number
        from current_rows
        full outer join logged
            on
                {% for key in keys %}
                    {{ "and " if not loop.first }}current_rows.{{ key }} = logged.{{ key }}
                {% endfor %}
        where current_rows.{{ value }} is distinct from logged.{{ value }}

    )
{% endmacro %}
