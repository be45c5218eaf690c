{#-
  The original text of landed events, by their position. Exact numbers are read from it, because a
  number that has been through a JSON column has been through a float.
-#}
{% macro event_payloads(source_relation) %}
    select
        {{ raw_row_number("loads.load_number", "landed.line_number") }} as raw_row_number,
        landed.record,
        landed.filename as raw_file
    from {{ source_relation }} as landed
    inner join {{ ref("base_loads") }} as loads
        on landed.filename = loads.raw_file
{% endmacro %}
