{#- Monthly recurring revenue moved within 30 days. -#}
{% macro detect_mrr_mom() %}
    mrr_mom_findings as (

        select
            'mrr_mom' as detector,
            cast(null as string) as subject,
            case
                when trend.monthly_recurring_revenue_change_ratio > 0 then 'info' else 'warning'
            end as severity,
            {{ confidence_of_sample("trend.active_subscriptions") }} as confidence,
            'Monthly recurring revenue ' || {{ moved_text("monthly_recurring_revenue") }}
            || ', to ' || {{ cents_text("trend.monthly_recurring_revenue") }}
            || ' from ' || {{ cents_text("trend.previous_monthly_recurring_revenue") }}
            || ' 30 days before.' as what,
            'It changed by at least ' || {{ exact_percent_text("thresholds.mrr_mom_minimum_change_ratio") }}
            || ', with ' || {{ count_text("trend.active_subscriptions", "active subscription") }}
            || '.' as why,
            {{ trend_evidence() }} as evidence
        from trend
        cross join thresholds
        where
            abs(trend.monthly_recurring_revenue_change_ratio)
            >= thresholds.mrr_mom_minimum_change_ratio

    )
{% endmacro %}
