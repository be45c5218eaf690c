{#- Deletes the rows of a table that match a row of a query, `changes`, in some keys and by a condition on `old_rows`. -#}
{% macro delete_joined(relation, changes, keys, condition) -%}
    {{ return(adapter.dispatch("delete_joined", "cost_insights")(relation, changes, keys, condition)) }}
{%- endmacro %}

{% macro default__delete_joined(relation, changes, keys, condition) -%}
    {{ exceptions.raise_compiler_error("delete_joined is not written for this engine") }}
{%- endmacro %}

{% macro duckdb__delete_joined(relation, changes, keys, condition) -%}
    delete from {{ relation }}
    where rowid in (
        select old_rows.rowid
        from {{ relation }} as old_rows
        inner join ({{ changes }}) as changes
            on
                {% for key in keys %}
                    old_rows.{{ key }} = changes.{{ key }} and
                {% endfor %}
                {{ condition }}
    )
{%- endmacro %}
