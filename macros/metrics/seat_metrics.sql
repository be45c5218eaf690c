{#-
  Seats and who pays for them, one row per bucket (spec/polar.md 8.2, Seats). A seat exists from the bucket in which
  it was made to before the one in which it was revoked, as subscriptions do.
-#}
{% macro seat_metrics(grain) %}
    with seats as (

        select
            seats_held.*,
            {{ clipped_bucket_of("created_at", grain) }} as from_bucket,
            coalesce({{ clipped_bucket_of("revoked_at", grain) }}, never) as to_bucket,
            {{ clipped_bucket_of("claimed_at", grain) }} as claimed_bucket
        from {{ ref("int_seats_held") }} as seats_held
        cross join bounds
        where created_at <= {{ as_of_instant() }}

    ),

    held as (

        select * from seats
        where from_bucket < to_bucket

    ),

    payer_stretches as (

        {{ merged_stretches("held", "payer_id") }}

    ),

    payer_changes as (

        {{ changes_of_stretches("payer_stretches") }}

    ),

    seat_changes as (

        {{ changes_of_stretches("held") }}

    ),

    claimed_stretches as (

        select
            greatest(from_bucket, claimed_bucket) as from_bucket,
            to_bucket
        from held
        where claimed_bucket < to_bucket

    ),

    claimed_changes as (

        {{ changes_of_stretches("claimed_stretches") }}

    ),

    payers as (

        select
            payer_id,
            min(from_bucket) as first_bucket,
            case
                when
                    count(*) = count(revoked_at)
                    and max(revoked_at) <= {{ as_of_instant() }}
                    then max(to_bucket)
            end as last_bucket
        from seats
        where payer_id is not null
        group by payer_id

    ),

    payers_gained as (

        select
            first_bucket as bucket,
            count(*) as payers
        from payers
        group by first_bucket

    ),

    payers_lost as (

        select
            last_bucket as bucket,
            count(*) as payers
        from payers
        where last_bucket is not null
        group by last_bucket

    )

    select
        buckets.bucket,
        {{ sum_so_far("seat_changes.change") }} as seats_total,
        {{ sum_so_far("claimed_changes.change") }} as seats_claimed,
        {{ sum_so_far("payer_changes.change") }} as seat_customers,
        coalesce(payers_gained.payers, 0) as new_seat_customers,
        coalesce(payers_lost.payers, 0) as churned_seat_customers
    from buckets
    {% for change in ["seat_changes", "claimed_changes", "payer_changes", "payers_gained", "payers_lost"] %}
        left outer join {{ change }}
            on buckets.bucket = {{ change }}.bucket
    {% endfor %}
{% endmacro %}
