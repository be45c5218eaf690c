{#-
  New subscriptions, but for those that end in the bucket in which they began, one row per bucket
  (spec/polar.md 8.2).
-#}
{% macro new_subscription_metrics(grain) %}
    with placed as (

        select
            {{ bucket_of("new_at", grain) }} as bucket,
            {{ bucket_of("ended_at", grain) }} as ended_bucket
        from {{ ref("int_subscriptions_begun") }}
        where new_at is not null

    )

    select
        bucket,
        count(*) as new_subscriptions
    from placed
    where ended_bucket is null or ended_bucket > bucket
    group by bucket
{% endmacro %}


{#- Cancellations, all and by reason, one row per bucket (spec/polar.md 8.2, Cancellations). -#}
{% macro cancellation_metrics(grain) %}
    with placed as (

        select
            *,
            {{ bucket_of("canceled_at", grain) }} as bucket
        from {{ ref("int_subscriptions_canceled") }}
        where canceled_at < {{ as_of_instant() }}

    )

    select
        bucket,
        count(*) as canceled_subscriptions,
        {% for reason in cancellation_reasons() %}
            count(*) filter (where cancellation_reason = '{{ reason }}')
                as canceled_subscriptions_{{ reason }}
            {{- "," if not loop.last }}
        {% endfor %}
    from placed
    group by bucket
{% endmacro %}


{#- Checkouts that were opened, one row per bucket (spec/polar.md 8.2, Checkouts). -#}
{% macro checkout_metrics(grain) %}
    with placed as (

        select
            *,
            {{ bucket_of("opened_at", grain) }} as bucket
        from {{ ref("int_checkouts_opened") }}
        where opened_at <= {{ as_of_instant() }}

    )

    select
        bucket,
        count(*) as checkouts,
        count(*) filter (where is_succeeded) as succeeded_checkouts
    from placed
    group by bucket
{% endmacro %}
