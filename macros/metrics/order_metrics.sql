{#-
  Orders, and how many of them are one-time, new or renewals, one row per bucket (spec/polar.md 8.2). An order
  is new in the bucket in which its subscription started and a renewal in any other, so that the same order may be a
  renewal of months and new of years.
-#}
{% macro order_metrics(grain) %}
    with placed as (

        select
            *,
            {{ bucket_of("dated_at", grain) }} as bucket,
            {{ bucket_of("subscription_started_at", grain) }} as started_bucket
        from {{ ref("int_orders_dated") }}
        where dated_at <= {{ as_of_instant() }}

    ),

    kinds as (

        select
            *,
            case
                when subscription_id is null then 'one_time'
                when started_bucket = bucket then 'new'
                when started_bucket is not null then 'renewed'
            end as order_kind
        from placed

    ),

    summed as (

        select
            bucket,
            count(*) as orders,
            sum(revenue_minor) as order_revenue,
            sum(net_revenue_minor) as order_net_revenue,
            count(*) filter (where order_kind = 'one_time') as one_time_products,
            count(distinct subscription_id) filter (where order_kind = 'renewed') as renewed_subscriptions,
            {% for kind in ["one_time", "new", "renewed"] %}
                sum(revenue_minor) filter (where order_kind = '{{ kind }}') as {{ kind }}_revenue,
                sum(net_revenue_minor) filter (where order_kind = '{{ kind }}') as {{ kind }}_net_revenue
                {{- "," if not loop.last }}
            {% endfor %}
        from kinds
        group by bucket

    )

    select * from summed
{% endmacro %}


{#- Revenue and what fees, refunds and disputes leave of it, one row per bucket (spec/polar.md 7.3). -#}
{% macro revenue_metrics(grain) %}
    with lines as (

        select
            revenue_lines.*,
            movement_kind in ('order', 'credit_order') as is_revenue,
            {{ clipped_bucket_of("dated_at", grain) }} as bucket
        from {{ ref("int_revenue_lines") }} as revenue_lines
        cross join bounds
        where dated_at <= {{ as_of_instant() }}

    ),

    summed as (

        select
            bucket,
            sum(amount_minor) filter (where is_revenue) as revenue,
            sum(amount_minor - fee_minor) as net_revenue
        from lines
        group by bucket

    )

    select
        buckets.bucket,
        coalesce(summed.revenue, 0) as revenue,
        coalesce(summed.net_revenue, 0) as net_revenue,
        {{ sum_so_far("summed.revenue") }} as cumulative_revenue,
        {{ sum_so_far("summed.net_revenue") }} as net_cumulative_revenue
    from buckets
    left outer join summed
        on buckets.bucket = summed.bucket
{% endmacro %}
