{#- Customers who cost in the last 30 days and have never paid. -#}
{% macro detect_cost_without_revenue() %}
    unpaying_customers as (

        select
            balances.*,
            row_number() over (order by balances.recent_cost_amount desc, balances.customer_id)
                as place,
            count(*) over () as customer_count
        from customer_balances as balances
        cross join thresholds
        where
            not balances.has_revenue
            and balances.recent_cost_amount > 0
            and balances.recent_cost_amount >= thresholds.cost_without_revenue_minimum_cost_amount

    ),

    cost_without_revenue_findings as (

        select
            'cost_without_revenue' as detector,
            unpaying.customer_id as subject,
            'warning' as severity,
            -- Who came in the last 30 days may only be trying.
            case
                when unpaying.unconverted_count > 0 then 'low'
                when {{ in_last_thirty_days("unpaying.first_day") }} then 'medium'
                else 'high'
            end as confidence,
            'Customer ' || unpaying.customer_id || ' has cost '
            || {{ amount_text("unpaying.cost_amount") }} || ' and never paid.' as what,
            'The last 30 days cost ' || {{ amount_text("unpaying.recent_cost_amount") }} || ', at least '
            || {{ amount_text("thresholds.cost_without_revenue_minimum_cost_amount") }}
            || ', and no revenue is known; it is number ' || {{ whole_text("unpaying.place") }}
            || ' of ' || {{ count_text("unpaying.customer_count", "such customer") }}
            || ' by cost.' as why,
            {{ customer_evidence("unpaying") }} as evidence
        from unpaying_customers as unpaying
        cross join thresholds
        where unpaying.place <= thresholds.cost_without_revenue_maximum_findings

    )
{% endmacro %}
