{{ config(
    materialized="incremental",
    incremental_strategy="append",
    pre_hook="{{ clear_without_watermark() }}",
    post_hook="{{ record_watermark() }}",
) }}

-- Fields are kept as texts whatever they are: what makes no metric is named when definitions are
-- compiled, and must not hide the version of the metric that it replaces.

{% set unique_key_places = ["$", "$.groupBy"] %}
{% set new_loads = get_new_loads("paygentic", "cost_metrics", unique_key_places) %}

with landed as (

    {{ landed_rows(source("paygentic", "cost_metrics"), new_loads) }}

),

cut as (

    select
        *,
        {{ cut_json("valid_record", {
            "id": "JSON",
            "name": "JSON",
            "eventType": "JSON",
            "valueProperty": "JSON",
            "aggregation": "JSON",
            "currency": "JSON",
            "groupBy": "JSON",
            "unitCost": "JSON",
            "unit": "JSON",
        }) }} as fields,
        {{ cut_json("valid_record", {"unitCost": "DECIMAL(38,20)"}) }} as exact_fields
    from landed

),

typed as (

    select
        *,
        nullif({{ read_any_text("fields.id") }}, '') as given_id,
        nullif({{ read_any_text("fields.name") }}, '') as given_name,
        {{ read_any_text("fields.eventType") }} as event_type,
        {{ read_any_text("fields.valueProperty") }} as value_path,
        {{ read_any_text("fields.aggregation") }} as aggregation,
        {{ read_any_text("fields.currency") }} as currency,
        {{ read_any_text("fields.unit") }} as amount_unit,
        {{ read_decimal("fields.unitCost", "exact_fields.unitCost") }} as unit_cost,
        {{ read_any_text("fields.unitCost") }} as unit_cost_text,
        {{ read_json("fields.groupBy") }} as group_by
    from cut

),

judged as (

    select
        *,
        case
            {{ record_reasons(new_loads, unique_key_places) }}
            when coalesce(given_id, given_name) is null then 'missing_name'
        end as reject_reason
    from typed

),

listed as (

    select
        raw_row_number,
        load_number,
        line_number,
        coalesce(given_id, given_name) as cost_metric_id,
        coalesce(given_name, given_id) as cost_metric_name,
        event_type,
        value_path,
        aggregation,
        currency,
        unit_cost,
        unit_cost_text,
        amount_unit,
        group_by,
        reject_reason,
        loaded_at
    from judged

)

select * from listed
