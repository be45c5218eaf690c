-- What keeps a definition from being compiled, place by place.

{% set problems = [] %}
{% for judged in get_judged_cost_metrics() + get_judged_meters() %}
    {% do problems.extend(judged.problems) %}
{% endfor %}

with rejected as (

    {{ rows_from_json(problems, {
        "definition_kind": "VARCHAR",
        "definition_source": "VARCHAR",
        "definition_id": "VARCHAR",
        "place": "VARCHAR",
        "reject_reason": "VARCHAR",
        "message": "VARCHAR",
    }) }}

),

-- Two rows of a seed may have the same fault, each its own way.
deduplicated as (

    select
        definition_kind,
        definition_source,
        definition_id,
        place,
        reject_reason,
        min(message) as message
    from rejected
    group by definition_kind, definition_source, definition_id, place, reject_reason

)

select * from deduplicated
