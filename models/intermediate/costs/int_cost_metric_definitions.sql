-- Every definition of a cost metric as it was given, with what only SQL can say about it; whether
-- it can be compiled is judged by the macro `judge_cost_metric`.

with built_in as (

    {% set metric = get_built_in_cost_metric() %}
    select
        1 as definition_rank,
        {% for column in [
            "definition_source", "cost_metric_id", "cost_metric_name", "event_type", "value_path",
            "aggregation", "currency", "currency_path", "amount_unit", "unit_cost_text", "group_by",
        ] %}
            {{ "cast(null as string)" if metric[column] is none else text_literal(metric[column]) }}
                as {{ column }},
        {% endfor %}
        cast(1 as decimal(38, 20)) as exact_unit_cost

),

given as (

    select
        {{ definition_columns(ref("cost_metric_definitions"), [
            "cost_metric_id", "cost_metric_name", "event_type", "value_path", "aggregation", "currency",
            "currency_path", "amount_unit", "unit_cost", "group_by",
        ]) }}
    from {{ ref("cost_metric_definitions") }}

),

seeded as (

    select
        2 as definition_rank,
        'seed' as definition_source,
        cost_metric_id,
        cost_metric_name,
        event_type,
        value_path,
        aggregation,
        currency,
        currency_path,
        amount_unit,
        coalesce(unit_cost, '1') as unit_cost_text,
        group_by,
        {{ decimal_from_text("coalesce(unit_cost, '1')") }} as exact_unit_cost
    from given

),

landed as (

    select
        3 as definition_rank,
        'paygentic/cost_metrics' as definition_source,
        cost_metric_id,
        cost_metric_name,
        event_type,
        value_path,
        aggregation,
        currency,
        cast(null as string) as currency_path,
        coalesce(amount_unit, 'major') as amount_unit,
        coalesce(unit_cost_text, '1') as unit_cost_text,
        group_by,
        case when unit_cost_text is null then 1 else unit_cost end as exact_unit_cost
    from {{ ref("stg_paygentic__cost_metrics") }}

),

combined as (

    select * from built_in
    union all
    select * from seeded
    union all
    select * from landed

),

described as (

    select
        combined.definition_rank,
        combined.definition_source,
        combined.cost_metric_id,
        combined.cost_metric_name,
        combined.event_type,
        combined.value_path,
        combined.aggregation,
        combined.currency,
        combined.currency_path,
        combined.amount_unit,
        combined.unit_cost_text,
        combined.group_by,
        -- A text, which is how the definition travels to the macros that compile it. Decimals
        -- beyond the 20th, which the number has lost, are looked for in what was given.
        case
            when
                combined.exact_unit_cost = trunc(combined.exact_unit_cost, 12)
                and (
                    combined.exact_unit_cost <> 0
                    or not regexp_matches(combined.unit_cost_text, '^[^eE]*[1-9]')
                )
                and not regexp_full_match(
                    combined.unit_cost_text, '[^eE]*[.][0-9]{12}[0-9]*[1-9]'
                )
                then cast(cast(combined.exact_unit_cost as decimal(30, 12)) as string)
        end as unit_cost,
        combined.currency is null or currencies.currency is not null as is_known_currency,
        combined.group_by is null or {{ is_text_map("combined.group_by") }} as is_readable_group_by,
        -- The built-in metric keeps its id, a seeded one wins over a landed one; two rows of the
        -- seed with one id contradict each other.
        combined.cost_metric_id is not null
        and (
            combined.definition_rank
            > min(combined.definition_rank) over (partition by combined.cost_metric_id)
            or count(*) over (partition by combined.cost_metric_id, combined.definition_rank) > 1
        ) as is_duplicate
    from combined
    left outer join {{ ref("currencies") }} as currencies
        on lower(combined.currency) = currencies.currency

)

select * from described
