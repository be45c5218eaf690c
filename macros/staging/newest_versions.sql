{#-
  Of all readable versions of a record the newest: by its own time of change, then by landing order.
  Every other version is `superseded_version` in `rejected_rows`.
-#}
{% macro newest_versions(base_relation, key_columns, version_time="coalesce(modified_at, created_at)") %}
    select *
    from {{ base_relation }}
    where reject_reason is null
    qualify
        row_number() over (
            partition by {{ key_columns | join(", ") }}
            order by
                {% if version_time %}{{ version_time }} desc,{% endif %}
                raw_row_number desc
        ) = 1
{% endmacro %}
