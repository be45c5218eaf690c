{#- Each value that is there has the form of the regular expression, from its first letter to its last. -#}
{% test matches(model, column_name, pattern) %}
    select {{ column_name }}
    from {{ model }}
    where not regexp_full_match({{ column_name }}, {{ text_literal(pattern) }})
{% endtest %}
