{#- Cost per user moved within 30 days. Small costs move by large shares, so they do not count. -#}
{% macro detect_cost_per_user() %}
    cost_per_user_findings as (

        select
            'cost_per_user' as detector,
            cast(null as string) as subject,
            case
                when trend.cost_per_user_change_ratio > 0 then 'warning' else 'opportunity'
            end as severity,
            {{ confidence_of_sample("trend.active_subscriptions") }} as confidence,
            'Cost per user ' || {{ moved_text("cost_per_user") }}
            || ', to ' || {{ cents_text("trend.cost_per_user") }}
            || ' from ' || {{ cents_text("trend.previous_cost_per_user") }} || ' 30 days before.' as what,
            'It changed by at least ' || {{ exact_percent_text("thresholds.cost_per_user_minimum_change_ratio") }}
            || ' and was at least ' || {{ cents_text("thresholds.cost_per_user_minimum_cents") }}
            || ' on both days, with ' || {{ count_text("trend.active_subscriptions", "active subscription") }}
            || '.' as why,
            {{ trend_evidence() }} as evidence
        from trend
        cross join thresholds
        where
            trend.cost_per_user >= thresholds.cost_per_user_minimum_cents
            and trend.previous_cost_per_user >= thresholds.cost_per_user_minimum_cents
            and abs(trend.cost_per_user_change_ratio) >= thresholds.cost_per_user_minimum_change_ratio

    )
{% endmacro %}
