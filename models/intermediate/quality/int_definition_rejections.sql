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

-- Benefits have no parts to compile, so the model that reads them judges them.
rejected_benefits as (

    select
        'credit_benefit' as definition_kind,
        definition_source,
        benefit_id as definition_id,
        case reject_reason
            when 'missing_meter_id' then 'meter_id'
            when 'unreadable_units' then 'units'
            when 'unreadable_rollover' then 'rollover'
            else 'product_id'
        end as place,
        reject_reason,
        'Credit benefit ''' || benefit_id || ''': ' || case reject_reason
            when 'missing_meter_id' then 'meter_id is missing: say of which meter.'
            when 'unreadable_units' then 'units must be a whole number of at most 18 digits.'
            when 'unreadable_rollover' then 'rollover must be true or false.'
            when 'missing_product_id' then 'product_id is missing: say of which product.'
            else 'product_id, meter_id and rollover are those of another row: keep one.'
        end as message
    from {{ ref("int_benefit_definitions") }}
    where reject_reason is not null

),

combined as (

    select * from rejected
    union all
    select * from rejected_benefits

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
    from combined
    group by definition_kind, definition_source, definition_id, place, reject_reason

)

select * from deduplicated
