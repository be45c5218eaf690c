with metrics as (

    select
        cost_metric_id,
        cost_metric_name,
        event_type,
        value_path,
        aggregation,
        currency,
        currency_path,
        amount_unit,
        unit_cost,
        group_by_json,
        definition_source
    from {{ ref("int_cost_metrics") }}

)

select * from metrics
