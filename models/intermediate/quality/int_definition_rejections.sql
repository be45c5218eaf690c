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

-- What has no parts to compile is judged by the model that reads it.
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

rejected_acquisition_costs as (

    select
        'acquisition_cost' as definition_kind,
        'seed' as definition_source,
        definition_id,
        case
            when contains(reject_reason, 'amount') then 'acquisition_cost_amount'
            else 'cohort_month_start_date'
        end as place,
        reject_reason,
        'Acquisition cost ''' || definition_id || ''': ' || case reject_reason
            when 'missing_cohort_month_start_date'
                then 'cohort_month_start_date is missing: say of which month.'
            when 'unreadable_cohort_month_start_date'
                then 'cohort_month_start_date must be the first day of a month, as 2026-01-01.'
            when 'missing_acquisition_cost_amount'
                then 'acquisition_cost_amount is missing: say how much.'
            when 'unreadable_acquisition_cost_amount'
                then 'acquisition_cost_amount must be from 0 on, of at most 15 whole digits.'
            else 'cohort_month_start_date is that of another row: keep one.'
        end as message
    from {{ ref("int_acquisition_costs") }}
    where reject_reason is not null

),

rejected_thresholds as (

    select
        'insight_threshold' as definition_kind,
        'seed' as definition_source,
        detector || '.' || threshold as definition_id,
        case
            when contains(reject_reason, 'value') then 'threshold_value' else 'threshold'
        end as place,
        reject_reason,
        'Insight threshold ''' || detector || '.' || threshold || ''': ' || case reject_reason
            when 'unknown_threshold' then 'no detector compares with it.'
            when 'missing_threshold_value'
                then 'threshold_value is missing: the detector is silent until it is given.'
            when 'unreadable_threshold_value' then 'threshold_value must be a number from 0 on.'
            else 'another row gives it too: keep one.'
        end as message
    from {{ ref("int_insight_thresholds") }}
    where reject_reason is not null

),

combined as (

    select * from rejected
    union all
    select * from rejected_benefits
    union all
    select * from rejected_acquisition_costs
    union all
    select * from rejected_thresholds

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
