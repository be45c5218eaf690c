{#-
  The body that every base model shares: which landed rows to judge, and the reasons that hold for
  any record before its fields are looked at.
-#}


{#-
  Rows of the given loads, with their position and with the record only where it is JSON that can
  be cut (`valid_record`).
-#}
{% macro landed_rows(source_relation, loads) %}
    select
        {{ raw_row_number("loads.load_number", "landed.line_number") }} as raw_row_number,
        loads.load_number,
        landed.line_number,
        landed.landing_problem,
        case
            when landed.landing_problem is null and json_valid(landed.record)
                then landed.record
        end as valid_record,
        landed.loaded_at
    from {{ source_relation }} as landed
    inner join {{ ref("base_loads") }} as loads
        on landed.filename = loads.raw_file
    where {{ in_loads("landed.filename", loads) }}
{% endmacro %}


{#- The first rule about the record as a whole that a row breaks, as `when .. then ..` lines. -#}
{% macro record_reasons(loads, unique_key_places) %}
    when landing_problem is not null then landing_problem
    when valid_record is null then 'malformed_json'
    when not {{ is_json_object("valid_record") }} then 'not_an_object'
    {% set suspects = loads | selectattr("has_repeated_keys") | map(attribute="load_number") | list %}
    {% if suspects | length > 0 %}
        when
            load_number in ({{ suspects | join(", ") }})
            and {{ has_repeated_key(json_key_lists("valid_record", unique_key_places), unique_key_places) }}
            then 'duplicate_key'
    {% endif %}
{% endmacro %}


{#- Rules about one field, as `when .. then ..` lines. -#}
{% macro required_reason(field, column) %}
    when fields.{{ field }} is null then 'missing_{{ field }}'
    when {{ column }} is null then 'unreadable_{{ field }}'
{% endmacro %}

{% macro optional_reason(field, column) %}
    when {{ is_unreadable("fields." ~ field, column) }} then 'unreadable_{{ field }}'
{% endmacro %}

{#- Clocks differ, so a time up to one day after the load is let pass. -#}
{% macro future_reason(field, column) %}
    when {{ column }} > loaded_at + interval 1 day then '{{ field }}_in_future'
{% endmacro %}

{#-
  The names that DESIGN.md gives to rows of `customers` that stand for no customer object, and the one
  by which `customer_reference` tells a Paygentic id.
-#}
{% macro reserved_customer_reason() %}
    when
        customer_id = 'unattributed'
        or starts_with(customer_id, 'external:')
        or starts_with(customer_id, 'paygentic:')
        then 'reserved_customer_id'
{% endmacro %}
