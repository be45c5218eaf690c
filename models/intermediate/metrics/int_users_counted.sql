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

    {% for grain, users_seen, day in [
        ("day", ref("int_users_seen_daily"), "date_day"),
        ("week", ref("int_users_seen_daily"), "date_day"),
        ("month", ref("int_users_seen_monthly"), "month_start_date"),
        ("year", ref("int_users_seen_monthly"), "month_start_date"),
    ] %}
        select distinct
            '{{ grain }}' as grain,
            {{ bucket_of_day(day, grain) }} as bucket,
            nullif(customer_reference, 'unattributed') as user_reference
        from {{ users_seen }}
        where {{ in_buckets_of(day, days, grain) }}
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
