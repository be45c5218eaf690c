{#-
  What a currency is worth in US dollars in each bucket, for MRR (spec/polar.md 8.2, monthly): the average of the
  payments of orders of the bucket, else of the day closest to its start, of two the earlier; no row without any.
-#}
{% macro metric_rates(grain) %}
    with payments as (

        select
            payment_rates.currency,
            payment_rates.rate,
            {{ bucket_of("payment_rates.paid_at", grain) }} as bucket,
            {{ local_date("payment_rates.paid_at") }} as date_day
        from {{ ref("int_payment_rates") }} as payment_rates
        cross join bounds
        where
            {{ bucket_of("payment_rates.paid_at", grain) }} >= bounds.first_bucket
            and payment_rates.paid_at <= {{ as_of_instant() }}

    ),

    by_bucket as (

        select
            currency,
            bucket,
            {{ divide_rate("sum(rate)", "count(*)") }} as rate
        from payments
        group by currency, bucket

    ),

    by_day as (

        select
            currency,
            {{ start_of_day("date_day") }} as day_start,
            {{ divide_rate("sum(rate)", "count(*)") }} as rate
        from payments
        group by currency, date_day

    ),

    currencies as (

        select distinct currency
        from payments

    ),

    timeline as (

        select
            currencies.currency,
            buckets.bucket,
            buckets.period_start as instant,
            cast(null as timestamp) as day_start
        from currencies
        cross join buckets
        where not buckets.is_opening
        union all
        select
            currency,
            null as bucket,
            day_start as instant,
            day_start
        from by_day

    ),

    neighbours as (

        select
            currency,
            bucket,
            instant,
            max(day_start) over (partition by currency order by instant) as day_before,
            min(day_start) over (partition by currency order by instant desc) as day_after
        from timeline

    ),

    closest as (

        select
            currency,
            bucket,
            case
                when
                    day_after is null
                    or {{ seconds_between("day_before", "instant") }} <= {{ seconds_between("instant", "day_after") }}
                    then day_before
                else day_after
            end as day_start
        from neighbours
        where bucket is not null

    )

    select
        closest.currency,
        closest.bucket,
        coalesce(by_bucket.rate, by_day.rate) as rate
    from closest
    left outer join by_bucket
        on
            closest.currency = by_bucket.currency
            and closest.bucket = by_bucket.bucket
    left outer join by_day
        on
            closest.currency = by_day.currency
            and closest.day_start = by_day.day_start
{% endmacro %}
