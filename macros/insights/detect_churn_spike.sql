{#- Of the subscriptions that could end in 30 days, many did. -#}
{% macro detect_churn_spike() %}
    churned as (

        select
            min(period_start) as first_period_start,
            max(period_start) as last_period_start,
            cast(sum(churned_subscriptions) as {{ type_quantity() }}) as churned_count,
            cast(max(active_subscriptions) filter (where recency = 1) as {{ type_quantity() }})
                as active_count
        from metric_days
        where recency <= 30

    ),

    churn_measured as (

        select
            *,
            {{ divide_exactly("churned_count", "(active_count + churned_count)") }} as churn_ratio
        from churned

    ),

    churn_spike_findings as (

        select
            'churn_spike' as detector,
            cast(null as string) as subject,
            case
                when churn.churn_ratio >= thresholds.churn_spike_critical_ratio then 'critical'
                else 'warning'
            end as severity,
            {{ confidence_of_sample("churn.active_count + churn.churned_count") }} as confidence,
            {{ count_text("churn.churned_count", "subscription") }} || ' ended in the last 30 days, '
            || {{ percent_text("churn.churn_ratio") }} || ' of the '
            || {{ whole_text("churn.active_count + churn.churned_count") }}
            || ' that could; ' || {{ whole_text("churn.active_count") }} || ' are active.' as what,
            'Ended / (active + ended) is '
            || {{ points_text("churn.churn_ratio") }} || '%, at least '
            || {{ exact_percent_text("thresholds.churn_spike_minimum_ratio") }} || '.' as why,
            {{ evidence("metrics_daily", {
                "period_start": {"from": "churn.first_period_start", "to": "churn.last_period_start"}
            }) }} as evidence
        from churn_measured as churn
        cross join thresholds
        where
            churn.churned_count >= 1
            and churn.churn_ratio >= thresholds.churn_spike_minimum_ratio

    )
{% endmacro %}
