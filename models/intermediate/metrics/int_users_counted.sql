{{ config(
    materialized="incremental",
    incremental_strategy="append",
    pre_hook=[
        "{{ clear_without_watermark() }}",
        "{{ delete_recounted_users(['day', 'week', 'month', 'year']) }}",
    ],
    post_hook="{{ record_watermark() }}",
) }}

{% set days = get_recounted_user_days(get_news()) %}

-- How many people Polar's events name in each whole day, week, month and year: as sent, and as
-- customers (spec/polar.md 8.2, active_user_by_event). Nobody is no user. Only periods are counted
-- anew in which there is a new event, or somebody who is another customer now.

with customer_references as (

    select * from {{ ref("int_customer_references") }}

),

seen as (

    {% for grain in ["day", "week"] %}
        select distinct
            '{{ grain }}' as grain,
            {{ bucket_of_day("date_day", grain) }} as bucket,
            nullif(customer_reference, 'unattributed') as user_reference
        from {{ ref("int_users_seen_daily") }}
        where {{ in_buckets_of("date_day", days, grain) }}
        union all
    {% endfor %}
    {% for grain in ["month", "year"] %}
        select distinct
            '{{ grain }}' as grain,
            {{ bucket_of_day("month_start_date", grain) }} as bucket,
            nullif(customer_reference, 'unattributed') as user_reference
        from {{ ref("int_users_seen_monthly") }}
        where {{ in_buckets_of("month_start_date", days, grain) }}
        {{ "union all" if not loop.last }}
    {% endfor %}

),

counted as (

    select
        seen.grain,
        seen.bucket,
        count(seen.user_reference) as active_users,
        count(distinct coalesce(customer_references.customer_id, seen.user_reference))
            as active_customers
    from seen
    left outer join customer_references
        on seen.user_reference = customer_references.customer_reference
    group by seen.grain, seen.bucket

)

select * from counted
