{{ config(
    materialized="incremental",
    incremental_strategy="append",
    pre_hook=[
        "{{ clear_without_watermark() }}",
        "{{ delete_changed_metrics() }}",
        "{{ delete_touched_report_months() }}",
    ],
    post_hook="{{ record_watermark() }}",
) }}

-- Where the money went, month by month: by customer and by each dimension, the values that cost
-- most and one row `other` for the rest. A month is computed anew when a day of it or of the month
-- before is, because it says how much has changed since.

{% set news = get_news() %}
{% set touched_months = get_touched_report_months(news) %}

with daily as (

    select
        cost_metric_id,
        'customer' as slice_kind,
        'customer' as slice_name,
        customer_id as slice_value,
        cost_amount,
        event_count,
        unconverted_count,
        date_day
    from {{ ref("costs_daily") }}
    union all
    select
        cost_metric_id,
        'dimension' as slice_kind,
        dimension_name as slice_name,
        dimension_value as slice_value,
        cost_amount,
        event_count,
        unconverted_count,
        date_day
    from {{ ref("cost_by_dimension_daily") }}

),

monthly as (

    select
        cost_metric_id,
        slice_kind,
        slice_name,
        slice_value,
        sum(cost_amount) as cost_amount,
        sum(event_count) as event_count,
        sum(unconverted_count) as unconverted_count,
        cast(date_trunc('month', date_day) as date) as month_start_date
    from daily
    where
        {{ in_months("date_day", with_months_before(touched_months)) }}
        or {{ is_of_changed_metric(news) }}
    group by
        cost_metric_id,
        slice_kind,
        slice_name,
        slice_value,
        cast(date_trunc('month', date_day) as date)

),

{% set value_columns = [
    "cost_metric_id", "slice_kind", "slice_name", "slice_value", "month_start_date",
] %}
{% set slice_of_month = "cost_metric_id, slice_kind, slice_name, month_start_date" %}

ranked as (

    select
        {{ value_columns | join(", ") }},
        row_number() over (
            partition by {{ slice_of_month }}
            order by cost_amount desc nulls last, slice_value asc
        ) as cost_rank
    from monthly
    -- A value of this name cannot be told from the row for the rest, so it is part of it.
    where slice_value <> 'other'

),

-- Each value's month beside the month before, which is moved to where it is compared.
compared as (

    select
        *,
        true as is_current
    from monthly
    where {{ in_months("month_start_date", touched_months) }} or {{ is_of_changed_metric(news) }}
    union all
    select
        cost_metric_id,
        slice_kind,
        slice_name,
        slice_value,
        cost_amount,
        event_count,
        unconverted_count,
        cast(month_start_date + interval 1 month as date) as month_start_date,
        false as is_current
    from monthly

),

labelled as (

    select
        compared.cost_metric_id,
        compared.slice_kind,
        compared.slice_name,
        coalesce(ranked.slice_value, 'other') as slice_value,
        ranked.cost_rank,
        compared.cost_amount,
        compared.event_count,
        compared.unconverted_count,
        compared.is_current,
        compared.month_start_date
    from compared
    left outer join ranked
        on
            {{ same_in_all(value_columns, "compared", "ranked") }}
            and ranked.cost_rank <= {{ get_settings()["cost_report_top_values"] }}

),

reported as (

    select
        {{ value_columns | join(", ") }},
        cost_rank,
        sum(cost_amount) filter (where is_current) as cost_amount,
        case
            when count(*) filter (where not is_current) = 0 then 0
            else sum(cost_amount) filter (where not is_current)
        end as previous_cost_amount,
        sum(event_count) filter (where is_current) as event_count,
        sum(unconverted_count) filter (where is_current) as unconverted_count
    from labelled
    group by {{ value_columns | join(", ") }}, cost_rank
    having count(*) filter (where is_current) > 0

),

shared as (

    select
        cost_metric_id,
        slice_kind,
        slice_name,
        slice_value,
        cast(cost_rank as bigint) as cost_rank,
        cast(cost_amount as {{ type_money() }}) as cost_amount,
        cast(previous_cost_amount as {{ type_money() }}) as previous_cost_amount,
        cast(cost_amount - previous_cost_amount as {{ type_money() }}) as change_amount,
        cast(sum(cost_amount) over (partition by {{ slice_of_month }}) as {{ type_money() }})
            as total_amount,
        cast(event_count as bigint) as event_count,
        cast(unconverted_count as bigint) as unconverted_count,
        month_start_date
    from reported

),

measured as (

    select
        cost_metric_id,
        slice_kind,
        slice_name,
        slice_value,
        cost_rank,
        cost_amount,
        previous_cost_amount,
        change_amount,
        {{ divide_exactly("change_amount", "previous_cost_amount") }} as change_ratio,
        {{ divide_exactly("cost_amount", "total_amount") }} as share_ratio,
        event_count,
        unconverted_count,
        month_start_date
    from shared

)

select * from measured
