{#- Gross margin falls on a line that reaches zero soon: margin / (what it lost in 30 days / 30). -#}
{% macro detect_margin_runway() %}
    margin_runways as (

        select
            *,
            {{ divide_exactly(
                "30 * gross_margin_percentage",
                "(previous_gross_margin_percentage - gross_margin_percentage)"
            ) }} as days_left
        from trend
        where gross_margin_percentage > 0 and gross_margin_percentage < previous_gross_margin_percentage

    ),

    margin_runway_findings as (

        select
            'margin_runway' as detector,
            cast(null as string) as subject,
            case
                when runways.days_left <= thresholds.margin_runway_critical_days then 'critical'
                else 'warning'
            end as severity,
            {{ confidence_of_sample("runways.active_subscriptions") }} as confidence,
            'Gross margin reaches zero in about '
            || {{ count_text("greatest(1, round(runways.days_left * cast('0.142857142857' as decimal(12, 12)), 0))", "week") }}
            || ' if it goes on falling as in the last 30 days, from '
            || {{ percent_text("runways.previous_gross_margin_percentage") }} || ' to '
            || {{ percent_text("runways.gross_margin_percentage") }} || '.' as what,
            'A straight line through the two days reaches zero within '
            || {{ count_text("runways.days_left", "day") }} || ', at most '
            || {{ exact_text("thresholds.margin_runway_maximum_days") }} || ', with '
            || {{ count_text("runways.active_subscriptions", "active subscription") }}
            || '; it is a direction and no forecast.' as why,
            {{ trend_evidence("runways") }} as evidence
        from margin_runways as runways
        cross join thresholds
        where runways.days_left <= thresholds.margin_runway_maximum_days

    )
{% endmacro %}
