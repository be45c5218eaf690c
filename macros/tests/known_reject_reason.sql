{#-
  A reason, where there is one, is one of those of DESIGN.md and the specifications: about the record as a
  whole, about a field (`missing_`, `unreadable_`, `.._in_future`), or one of `also`.
-#}
{% test known_reject_reason(model, column_name, also=[]) %}
    {% set of_records = [
        "invalid_encoding",
        "line_too_long",
        "malformed_json",
        "not_an_object",
        "duplicate_key",
        "reserved_customer_id",
        "reserved_id",
    ] %}
    select {{ column_name }}
    from {{ model }}
    where
        {{ column_name }} not in ({{ quote_list(of_records + also) }})
        and not regexp_full_match({{ column_name }}, '((missing|unreadable)_[a-zA-Z_]+|[a-z_]+_in_future)')
{% endtest %}
