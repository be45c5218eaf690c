{#-
  All metrics of one grain, a row per period: the one definition behind `metrics_hourly` to `metrics_yearly`. What
  each is stands in its group's macro and, in words, at the column in `_metrics.yml`.
-#}
{% macro metrics_of(grain) %}
with {{ metric_buckets(grain) }},

subscriptions as (

    {{ subscription_metrics(grain) }}

),

churn as (

    {{ churn_metrics(grain) }}

),

orders as (

    {{ order_metrics(grain) }}

),

revenue as (

    {{ revenue_metrics(grain) }}

),

new_subscriptions as (

    {{ new_subscription_metrics(grain) }}

),

cancellations as (

    {{ cancellation_metrics(grain) }}

),

usage as (

    {{ usage_metrics(grain) }}

),

checkouts as (

    {{ checkout_metrics(grain) }}

),

seats as (

    {{ seat_metrics(grain) }}

),

-- What was never landed is unknown, not zero.
landed as (

    select
        (select count(*) > 0 from {{ ref("int_checkouts_opened") }}) as has_checkouts,
        (select count(*) > 0 from {{ ref("int_seats_held") }}) as has_seats

),

joined as (

    select
        buckets.period_start,
        subscriptions.active_subscriptions,
        subscriptions.committed_subscriptions,
        subscriptions.subscribed_customers,
        subscriptions.mrr,
        subscriptions.trial_mrr,
        subscriptions.committed_mrr,
        subscriptions.trial_committed_mrr,
        churn.churned_subscriptions,
        churn.churn_canceled,
        churn.churn_base,
        revenue.revenue,
        revenue.net_revenue,
        revenue.cumulative_revenue,
        revenue.net_cumulative_revenue,
        usage.costs,
        usage.cumulative_costs,
        usage.active_users,
        usage.active_customers,
        landed.has_checkouts,
        landed.has_seats,
        seats.seats_total,
        seats.seats_claimed,
        seats.seat_customers,
        seats.new_seat_customers,
        seats.churned_seat_customers,
        {% for group, names in _groups_with_gaps().items() %}
            {% set last_group = loop.last %}
            {% for name in names %}
                coalesce({{ group }}.{{ name }}, 0) as {{ name }}
                {{- "," if not (last_group and loop.last) }}
            {% endfor %}
        {% endfor %}
    from buckets
    cross join landed
    {% for group in ["subscriptions", "churn", "revenue", "usage", "seats"] %}
        inner join {{ group }}
            on buckets.bucket = {{ group }}.bucket
    {% endfor %}
    {% for group in _groups_with_gaps() %}
        left outer join {{ group }}
            on buckets.bucket = {{ group }}.bucket
    {% endfor %}
    where not buckets.is_opening

),

-- Ratios of what was counted. What a nobody divides is 0, as on the dashboard.
divided as (

    select
        *,
        {{ ratio("mrr", "subscribed_customers", "round") }} as revenue_per_user,
        {{ ratio("costs", "active_users") }} as cost_per_user
    from joined

)

select
    period_start,
    cast(active_subscriptions as bigint) as active_subscriptions,
    cast(committed_subscriptions as bigint) as committed_subscriptions,
    {{ cents("mrr") }} as monthly_recurring_revenue,
    {{ cents("committed_mrr") }} as committed_monthly_recurring_revenue,
    {{ cents("trial_mrr") }} as trial_monthly_recurring_revenue,
    {{ cents("trial_committed_mrr") }} as trial_committed_monthly_recurring_revenue,
    {{ cents("12 * mrr") }} as annual_recurring_revenue,
    {{ cents("12 * committed_mrr") }} as committed_annual_recurring_revenue,
    {{ cents("revenue_per_user") }} as average_revenue_per_user,
    cast(churned_subscriptions as bigint) as churned_subscriptions,
    {{ ratio("churn_canceled", "churn_base") }} as churn_rate,
    {{ cents(lifetime_value_by_churn()) }} as ltv,
    cast(orders as bigint) as orders,
    {{ cents("revenue") }} as revenue,
    {{ cents("net_revenue") }} as net_revenue,
    {{ cents("cumulative_revenue") }} as cumulative_revenue,
    {{ cents("net_cumulative_revenue") }} as net_cumulative_revenue,
    {{ cents(ratio("order_revenue", "orders", "ceil")) }} as average_order_value,
    {{ cents(ratio("order_net_revenue", "orders", "ceil")) }} as net_average_order_value,
    cast(one_time_products as bigint) as one_time_products,
    {{ cents("one_time_revenue") }} as one_time_products_revenue,
    {{ cents("one_time_net_revenue") }} as one_time_products_net_revenue,
    cast(new_subscriptions as bigint) as new_subscriptions,
    {{ cents("new_revenue") }} as new_subscriptions_revenue,
    {{ cents("new_net_revenue") }} as new_subscriptions_net_revenue,
    cast(renewed_subscriptions as bigint) as renewed_subscriptions,
    {{ cents("renewed_revenue") }} as renewed_subscriptions_revenue,
    {{ cents("renewed_net_revenue") }} as renewed_subscriptions_net_revenue,
    {% for name in _groups_with_gaps()["cancellations"] %}
        cast({{ name }} as bigint) as {{ name }},
    {% endfor %}
    cast(costs as {{ type_quantity() }}) as costs,
    cast(cumulative_costs as {{ type_quantity() }}) as cumulative_costs,
    active_users as active_user_by_event,
    active_customers,
    cost_per_user,
    cast(cumulative_revenue - cumulative_costs as {{ type_quantity() }}) as gross_margin,
    {{ ratio("cumulative_revenue - cumulative_costs", "cumulative_revenue") }} as gross_margin_percentage,
    cast(revenue - costs as {{ type_quantity() }}) as cashflow,
    case when has_checkouts then cast(checkouts as bigint) end as checkouts,
    case when has_checkouts then cast(succeeded_checkouts as bigint) end as succeeded_checkouts,
    case when has_checkouts then {{ ratio("succeeded_checkouts", "checkouts") }} end as checkouts_conversion,
    {% for name in ["seats_total", "seats_claimed", "seats_total - seats_claimed", "seat_customers"] %}
        case when has_seats then cast({{ name }} as bigint) end
            as {{ "seats_pending" if "-" in name else name }},
    {% endfor %}
    case when has_seats then new_seat_customers end as new_seat_customers,
    case when has_seats then churned_seat_customers end as churned_seat_customers,
    case when has_seats then {{ ratio("seats_total", "seat_customers") }} end as average_seats_per_customer,
    case when has_seats then {{ ratio("seats_claimed", "seats_total") }} end as seat_utilization_rate
from divided
{% endmacro %}


{#- The groups that have no row for a bucket in which nothing happened, with their columns. -#}
{% macro _groups_with_gaps() -%}
    {% set cancellations = ["canceled_subscriptions"] %}
    {% for reason in cancellation_reasons() %}
        {% do cancellations.append("canceled_subscriptions_" ~ reason) %}
    {% endfor %}
    {{ return({
        "orders": [
            "orders",
            "order_revenue",
            "order_net_revenue",
            "one_time_products",
            "one_time_revenue",
            "one_time_net_revenue",
            "new_revenue",
            "new_net_revenue",
            "renewed_subscriptions",
            "renewed_revenue",
            "renewed_net_revenue",
        ],
        "new_subscriptions": ["new_subscriptions"],
        "cancellations": cancellations,
        "checkouts": ["checkouts", "succeeded_checkouts"],
    }) }}
{%- endmacro %}


{% macro cents(amount) -%}
    cast({{ amount }} as {{ type_cents() }})
{%- endmacro %}


{#-
  A quotient at 12 decimals, 0 when there is nothing to divide by. `rounding` to a whole number (round, half away
  from zero, or ceil) is exact up to a trillion to divide by: no other quotient comes so close to a half or a whole.
-#}
{% macro ratio(dividend, divisor, rounding="") -%}
    {% set quotient = divide_exactly(
        "cast(" ~ dividend ~ " as decimal(38, 12))", "cast(" ~ divisor ~ " as decimal(38, 12))"
    ) %}
    case when {{ divisor }} > 0 then {{ rounding }}({{ quotient }}) else 0 end
{%- endmacro %}


{#-
  What a customer leaves until it churns: (revenue - cost per user) / churn rate, cut to whole cents. The rates are
  multiplied out, so that nothing is rounded on the way; beyond 38 digits it is unknown.
-#}
{% macro lifetime_value_by_churn() -%}
    {% set users = "case when active_users > 0 then active_users else 1 end" %}
    {% set earned %}
        (cast(revenue_per_user as {{ type_cents() }}) * {{ users }} - case when active_users > 0 then costs else 0 end)
    {% endset %}
    case
        when churn_canceled = 0 or churn_base = 0 or {{ earned }} <= 0 then 0
        when cast({{ earned }} as double) * churn_base < 1e25
            then trunc({{ divide_exactly(
                "cast(" ~ earned ~ " * churn_base as decimal(38, 12))",
                "cast((" ~ users ~ ") * churn_canceled as decimal(38, 12))"
            ) }})
    end
{%- endmacro %}
