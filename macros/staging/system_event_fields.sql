{#-
  The metadata of the system events that the CTE `events` lists, as CTEs of which the last, `cut`, has them in
  `fields`: `names` as JSON, those of `typed_names` as the type given.
-#}
{% macro system_event_fields(names, new_loads, typed_names={}) %}
    {% set structure = {} %}
    {% for name in names %}
        {% do structure.update({name: "JSON"}) %}
    {% endfor %}
    {% do structure.update(typed_names) %}
    payloads as (

        select
            payloads.raw_row_number,
            case when json_valid(payloads.record) then payloads.record end as valid_record
        from {{ ref("stg_polar__event_payloads") }} as payloads
        inner join events
            on payloads.raw_row_number = events.raw_row_number
        where {{ in_loads("payloads.raw_file", new_loads) }}

    ),

    cut as (

        select
            raw_row_number,
            {{ cut_json("valid_record", {"metadata": structure}) }}.metadata as fields
        from payloads

    )
{% endmacro %}
