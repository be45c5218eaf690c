{#-
  What ended, and the two counts of the churn rate (spec/polar.md 8.2), one row per bucket.

  With t the start of a bucket, the rate is over the subscriptions that were active 30 days of the calendar before t,
  of those canceled since; of years over those active at t, of those canceled in the year. An instant x lies before t if its
  bucket does, and at or before t if that of the microsecond before x does. So each movement counts in all buckets
  after one, and all counts are sums over time.
-#}
{% macro churn_metrics(grain) %}
    {% set lag = 0 if grain == "year" else 30 %}
    with movements as (

        select
            movements.*,
            {{ bucket_of("ended_at", grain) }} as ended_bucket,
            {{ clipped_bucket_of("canceled_at", grain) }} as canceled_bucket,
            {{ clipped_bucket_of(add_local_days("canceled_at", lag), grain) }} as canceled_to_bucket,
            coalesce({{ clipped_bucket_of(_just_before("started_at", lag), grain) }}, opening_bucket) as base_from_bucket,
            {{ clipped_bucket_of(_just_before("ended_at", lag), grain) }} as base_to_bucket
        from {{ ref("int_subscription_movements") }} as movements
        cross join bounds

    ),

    changes as (

        select
            ended_bucket as bucket,
            1 as churned,
            0 as canceled,
            0 as base
        from movements
        where ended_at <= {{ as_of_instant() }}
        union all
        select
            canceled_bucket as bucket,
            0 as churned,
            1 as canceled,
            0 as base
        from movements
        where canceled_at is not null
        {% if grain != "year" %}
            union all
            select
                canceled_to_bucket as bucket,
                0 as churned,
                -1 as canceled,
                0 as base
            from movements
            where canceled_at is not null
        {% endif %}
        union all
        select
            base_from_bucket as bucket,
            0 as churned,
            0 as canceled,
            1 as base
        from movements
        where ended_at is null or started_at is null or started_at < ended_at
        union all
        select
            base_to_bucket as bucket,
            0 as churned,
            0 as canceled,
            -1 as base
        from movements
        where ended_at is not null and (started_at is null or started_at < ended_at)

    ),

    summed as (

        select
            bucket,
            sum(churned) as churned,
            sum(canceled) as canceled,
            sum(base) as base
        from changes
        group by bucket

    )

    select
        buckets.bucket,
        coalesce(summed.churned, 0) as churned_subscriptions,
        {% if grain == "year" %}
            coalesce(summed.canceled, 0) as churn_canceled,
        {% else %}
            {{ sum_before("summed.canceled") }} as churn_canceled,
        {% endif %}
        {{ sum_before("summed.base") }} as churn_base
    from buckets
    left outer join summed
        on buckets.bucket = summed.bucket
{% endmacro %}

{% macro _just_before(instant, lag) -%}
    {{ return(add_local_days("(" ~ instant ~ " - interval 1 microsecond)", lag)) }}
{%- endmacro %}
