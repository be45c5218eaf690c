{{ config(
    materialized="incremental",
    incremental_strategy="append",
    post_hook="{{ record_watermark() }}",
) }}

-- A log of the cost metrics as each run found them; what was priced before knows from it which
-- metrics to price again. A null fingerprint says that the metric is gone.

with current_metrics as (

    select
        cost_metric_id,
        event_type,
        definition_fingerprint
    from {{ ref("int_cost_metrics") }}

),

logged as (

    {% if is_incremental() %}
        select
            cost_metric_id,
            event_type,
            definition_fingerprint
        from {{ this }}
        qualify row_number() over (partition by cost_metric_id order by run_number desc) = 1
    {% else %}
        select * from current_metrics
        where false
    {% endif %}

),

compared as (

    select
        coalesce(current_metrics.cost_metric_id, logged.cost_metric_id) as cost_metric_id,
        coalesce(current_metrics.event_type, logged.event_type) as event_type,
        current_metrics.definition_fingerprint,
        {{ this_run_number() }} as run_number
    from current_metrics
    full outer join logged
        on current_metrics.cost_metric_id = logged.cost_metric_id
    where current_metrics.definition_fingerprint is distinct from logged.definition_fingerprint

)

select * from compared
