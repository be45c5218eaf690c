{#- One customer causes much of the cost of 30 days. What names nobody is part of the whole only. -#}
{% macro detect_cost_concentration() %}
    recent_customer_costs as (

        select
            customer_id,
            cast(sum(cost_amount) as {{ type_money() }}) as cost_amount
        from {{ ref("costs_daily") }}
        where {{ in_last_thirty_days("date_day") }}
        group by customer_id

    ),

    cost_totals as (

        select
            cast(sum(cost_amount) as {{ type_money() }}) as total_amount,
            count(*) filter (where cost_amount > 0 and customer_id <> 'unattributed')
                as customer_count
        from recent_customer_costs

    ),

    dearest_customer as (

        select
            costs.customer_id,
            costs.cost_amount,
            totals.total_amount,
            totals.customer_count,
            {{ divide_exactly("costs.cost_amount", "totals.total_amount") }} as share_ratio
        from recent_customer_costs as costs
        cross join cost_totals as totals
        where costs.cost_amount > 0 and costs.customer_id <> 'unattributed'
        qualify row_number() over (order by costs.cost_amount desc, costs.customer_id) = 1

    ),

    cost_concentration_findings as (

        select
            'cost_concentration' as detector,
            cast(null as string) as subject,
            case
                when dearest.share_ratio >= thresholds.cost_concentration_critical_share_ratio
                    then 'critical'
                else 'warning'
            end as severity,
            {{ confidence_of_sample("dearest.customer_count") }} as confidence,
            'Customer ' || dearest.customer_id || ' caused '
            || {{ percent_text("dearest.share_ratio") }} || ' of the cost of the last 30 days: '
            || {{ amount_text("dearest.cost_amount") }} || ' of '
            || {{ amount_text("dearest.total_amount") }} || '.' as what,
            'One customer has at least '
            || {{ exact_percent_text("thresholds.cost_concentration_minimum_share_ratio") }}
            || ' of the cost, among ' || {{ count_text("dearest.customer_count", "customer") }}
            || ' with any.' as why,
            {{ evidence("costs_daily", {
                "customer_id": "dearest.customer_id", "date_day": last_thirty_days()
            }) }} as evidence
        from dearest_customer as dearest
        cross join thresholds
        where dearest.share_ratio >= thresholds.cost_concentration_minimum_share_ratio

    )
{% endmacro %}
