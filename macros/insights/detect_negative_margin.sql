{#-
  Customers who have paid, have cost more than that so far, and go on costing. All time counts, because
  who pays once a year has no revenue in most months.
-#}
{% macro detect_negative_margin() %}
    losing_customers as (

        select
            balances.*,
            {{ divide_exactly("balances.cost_amount", "balances.net_revenue_amount") }}
                as cost_ratio,
            row_number() over (order by balances.profit_amount, balances.customer_id)
                as place,
            count(*) over () as customer_count
        from customer_balances as balances
        cross join thresholds
        where
            balances.net_revenue_amount > 0
            and balances.profit_amount < 0
            and balances.profit_amount <= -thresholds.negative_margin_minimum_loss_amount
            and balances.recent_cost_amount > 0

    ),

    negative_margin_findings as (

        select
            'negative_margin' as detector,
            losing.customer_id as subject,
            case
                when losing.cost_ratio >= thresholds.negative_margin_critical_cost_ratio
                    then 'critical'
                else 'warning'
            end as severity,
            case
                when losing.unconverted_count > 0 then 'low'
                when losing.recent_profit_amount < 0 then 'high'
                else 'medium'
            end as confidence,
            'Customer ' || losing.customer_id || ' has cost ' || {{ amount_text("losing.cost_amount") }}
            || ' and brought ' || {{ amount_text("losing.net_revenue_amount") }} || ' net, a loss of '
            || {{ amount_text("-losing.profit_amount") }} || ' so far.' as what,
            'The loss is at least '
            || {{ amount_text("thresholds.negative_margin_minimum_loss_amount") }}
            || ' and the last 30 days cost ' || {{ amount_text("losing.recent_cost_amount") }}
            || '; it is number ' || {{ whole_text("losing.place") }} || ' of '
            || {{ count_text("losing.customer_count", "such customer") }} || ' by loss.' as why,
            {{ customer_evidence("losing") }} as evidence
        from losing_customers as losing
        cross join thresholds
        where losing.place <= thresholds.negative_margin_maximum_findings

    )
{% endmacro %}
