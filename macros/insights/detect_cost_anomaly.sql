{#-
  Traces of one name cost far more than usual. Outliers are the traces of 30 days at or above the 99th
  percentile of their name, as in `cost_outliers`; the name whose outliers cost most is told.
-#}
{% macro detect_cost_anomaly() %}
    recent_traces as (

        select * from {{ ref("cost_traces") }}
        where
            event_source = 'user'
            and cost_amount is not null
            and occurred_at >= {{ start_of_day(last_thirty_days()["from"]) }}
            and occurred_at < {{ start_of_day(as_of_date()) }}

    ),

    trace_names as (

        select
            event_name,
            count(*) as trace_count,
            cast(sum(cost_amount) as {{ type_money() }}) as total_amount
        from recent_traces
        group by event_name

    ),

    dearest_traces as (

        select
            event_name,
            trace_id,
            cost_amount,
            row_number() over (
                partition by event_name
                order by cost_amount desc, trace_id
            ) as place
        from recent_traces
        where cost_amount > 0

    ),

    -- As many as there are from the percentile's place to the top, and their equals; what cost nothing
    -- is no outlier.
    least_outliers as (

        select
            trace_names.event_name,
            trace_names.trace_count,
            trace_names.total_amount,
            coalesce(dearest_traces.cost_amount, 0) as least_amount
        from trace_names
        left outer join dearest_traces
            on
                trace_names.event_name = dearest_traces.event_name
                and dearest_traces.place
                = {{ divide_whole("(trace_names.trace_count - 1)", 100) }} + 1

    ),

    outliers as (

        select
            dearest_traces.event_name,
            least_outliers.trace_count,
            least_outliers.total_amount as all_amount,
            count(*) as outlier_count,
            cast(sum(dearest_traces.cost_amount) as {{ type_money() }}) as outlier_amount,
            max(dearest_traces.cost_amount) as maximum_amount,
            min(dearest_traces.trace_id) filter (where dearest_traces.place = 1) as maximum_trace_id
        from dearest_traces
        inner join least_outliers
            on
                dearest_traces.event_name = least_outliers.event_name
                and dearest_traces.cost_amount >= least_outliers.least_amount
        group by
            dearest_traces.event_name,
            least_outliers.trace_count,
            least_outliers.total_amount

    ),

    anomalies as (

        select
            *,
            {{ divide_exactly(
                "all_amount", "cast(trace_count as " ~ type_money() ~ ")"
            ) }} as average_amount,
            {{ divide_exactly(
                "cast(maximum_amount * cast(trace_count as decimal(19, 0)) as " ~ type_money() ~ ")",
                "all_amount"
            ) }} as multiple
        from outliers

    ),

    cost_anomaly_findings as (

        select
            'cost_anomaly' as detector,
            anomalies.event_name as subject,
            case
                when anomalies.multiple >= thresholds.cost_anomaly_critical_multiple then 'critical'
                else 'warning'
            end as severity,
            case
                when anomalies.outlier_count >= thresholds.cost_anomaly_high_count then 'high'
                when anomalies.outlier_count >= thresholds.cost_anomaly_medium_count then 'medium'
                else 'low'
            end as confidence,
            {{ count_text("anomalies.outlier_count", "trace") }} || ' of ' || anomalies.event_name
            || ' cost ' || {{ amount_text("anomalies.outlier_amount") }}
            || ' in the last 30 days; the dearest cost ' || {{ amount_text("anomalies.maximum_amount") }}
            || ', about ' || {{ whole_text("anomalies.multiple") }} || ' times the average of '
            || {{ amount_text("anomalies.average_amount") }} || '.' as what,
            'They are at or above the 99th percentile of '
            || {{ count_text("anomalies.trace_count", "trace") }} || ' of their name; the dearest cost at least '
            || {{ exact_text("thresholds.cost_anomaly_minimum_multiple") }}
            || ' times the average, and all of them at least '
            || {{ amount_text("thresholds.cost_anomaly_minimum_total_amount") }} || '.' as why,
            {{ evidence("cost_traces", {"trace_id": "anomalies.maximum_trace_id"}) }} as evidence
        from anomalies
        cross join thresholds
        where
            anomalies.multiple >= thresholds.cost_anomaly_minimum_multiple
            and anomalies.outlier_amount >= thresholds.cost_anomaly_minimum_total_amount
        qualify
            row_number() over (
                order by anomalies.outlier_amount desc, anomalies.event_name
            ) = 1

    )
{% endmacro %}
