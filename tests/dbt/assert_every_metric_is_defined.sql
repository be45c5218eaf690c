-- Every column of `metrics_*` but the period has a definition, and no other has one.

{% set metrics_daily = ref("metrics_daily") %}
{% set metrics = [] %}
{% if execute %}
    {% for column in adapter.get_columns_in_relation(metrics_daily) %}
        {% do metrics.append({"metric_slug": column.name}) if column.name != "period_start" %}
    {% endfor %}
{% endif %}

with metrics as (

    {{ rows_from_json(metrics, {"metric_slug": "VARCHAR"}) }}

),

definitions as (

    select * from {{ ref("metric_definitions") }}

),

differing as (

    select
        metrics.metric_slug as metric,
        definitions.metric_slug as definition
    from metrics
    full outer join definitions
        on metrics.metric_slug = definitions.metric_slug
    where
        metrics.metric_slug is null
        or definitions.metric_name is null
        or definitions.formula is null
        or definitions.unit not in ('count', 'cents', 'ratio')

)

select * from differing
