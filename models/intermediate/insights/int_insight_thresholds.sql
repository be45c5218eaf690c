-- The thresholds that detectors need, with what seed `insight_thresholds` says of them, and rows of
-- the seed that no detector needs; each with what is wrong with it, if anything.

with needed as (

    {% for detector, thresholds in insight_thresholds().items() %}
        {% set outer_loop = loop %}
        {% for threshold in thresholds %}
            select
                '{{ detector }}' as detector,
                '{{ threshold }}' as threshold
            {% if not (outer_loop.last and loop.last) %}
                union all
            {% endif %}
        {% endfor %}
    {% endfor %}

),

given as (

    select
        {{ definition_columns(
            ref("insight_thresholds"), ["detector", "threshold", "threshold_value", "meaning"]
        ) }}
    from {{ ref("insight_thresholds") }}

),

by_threshold as (

    select
        coalesce(detector, '') as detector,
        coalesce(threshold, '') as threshold,
        count(*) as row_count,
        min(threshold_value) as given_value
    from given
    group by coalesce(detector, ''), coalesce(threshold, '')

),

typed as (

    select
        coalesce(needed.detector, by_threshold.detector) as detector,
        coalesce(needed.threshold, by_threshold.threshold) as threshold,
        needed.detector is not null as is_needed,
        by_threshold.row_count,
        by_threshold.given_value,
        {{ decimal_from_text("by_threshold.given_value") }} as exact_value
    from needed
    full outer join by_threshold
        on
            needed.detector = by_threshold.detector
            and needed.threshold = by_threshold.threshold

),

judged as (

    select
        detector,
        threshold,
        cast(round(exact_value, 12) as {{ type_quantity() }}) as threshold_value,
        case
            when not is_needed then 'unknown_threshold'
            when row_count > 1 then 'duplicate_definition'
            when given_value is null then 'missing_threshold_value'
            when exact_value is null or exact_value < 0 then 'unreadable_threshold_value'
        end as reject_reason
    from typed

)

select * from judged
