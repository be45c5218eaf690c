-- What keeps a definition from being compiled, place by place.

with rejected as (

    {% for judged in get_judged_cost_metrics() %}
        {% for problem in judged.problems %}
            select
                'cost_metric' as definition_kind,
                {{ text_literal(judged.metric.definition_source) }} as definition_source,
                {{ text_literal(_name_of(judged.metric)) }} as definition_id,
                {{ text_literal(problem.place) }} as place,
                {{ text_literal(problem.reject_reason) }} as reject_reason,
                {{ text_literal(problem.message) }} as message
            union all
        {% endfor %}
    {% endfor %}
    select
        cast(null as string) as definition_kind,
        cast(null as string) as definition_source,
        cast(null as string) as definition_id,
        cast(null as string) as place,
        cast(null as string) as reject_reason,
        cast(null as string) as message
    where false

),

-- Two rows of a seed may have the same fault.
deduplicated as (

    select distinct * from rejected

)

select * from deduplicated
