{#-
  Active and committed subscriptions, their customers, and MRR (spec/polar.md 8.2), one row per bucket: what begins
  and ends in each bucket, added up over time. A subscription is active from the bucket in which it starts to before
  the one in which it ends, and in trial to before the one in which the trial ends.

  MRR in US dollars is a sum like the rest. In other currencies each amount is converted at its bucket's own rate and
  rounded, so subscriptions of equal terms are counted and each terms' amount is computed in every bucket.
-#}
{% macro subscription_metrics(grain) %}
    with {{ subscription_stretches(grain) }},

    steps as (

        select
            *,
            1 as direction,
            stretch_from as bucket
        from stretches
        union all
        select
            *,
            -1 as direction,
            stretch_to as bucket
        from stretches

    ),

    changes as (

        select
            bucket,
            sum(direction) as active,
            sum(direction) filter (where is_committed) as committed,
            {% for name, condition in _mrr_kinds() %}
                cast(sum(direction * monthly_minor) filter (where currency = 'usd' and {{ condition }}) as {{ type_cents() }})
                    as {{ name }}
                {{- "," if not loop.last }}
            {% endfor %}
        from steps
        group by bucket

    ),

    customer_stretches as (

        {{ merged_stretches("active", "customer_id") }}

    ),

    customer_changes as (

        {{ changes_of_stretches("customer_stretches") }}

    ),

    -- Subscriptions of equal terms in another currency, from one of their movements to the next.
    foreign_changes as (

        select
            currency,
            price_minor,
            recurring_interval,
            interval_count,
            bucket,
            {% for name, condition in _mrr_kinds() %}
                coalesce(sum(direction) filter (where {{ condition }}), 0) as {{ name }}
                {{- "," if not loop.last }}
            {% endfor %}
        from steps
        where currency <> 'usd'
        group by currency, price_minor, recurring_interval, interval_count, bucket

    ),

    foreign_counts as (

        select
            currency,
            price_minor,
            recurring_interval,
            interval_count,
            bucket as from_bucket,
            coalesce(lead(bucket) over terms, cast('9999-12-31' as timestamp)) as to_bucket,
            {% for name, condition in _mrr_kinds() %}
                sum({{ name }}) over terms as {{ name }}
                {{- "," if not loop.last }}
            {% endfor %}
        from foreign_changes
        window terms as (
            partition by currency, price_minor, recurring_interval, interval_count
            order by bucket
        )

    ),

    rates as (

        {{ metric_rates(grain) }}

    ),

    foreign_amounts as (

        select
            buckets.bucket,
            foreign_counts.*,
            {{ monthly_amount_at_rate("foreign_counts", "rates.rate") }} as monthly_minor
        from foreign_counts
        inner join buckets
            on
                buckets.bucket >= foreign_counts.from_bucket
                and buckets.bucket < foreign_counts.to_bucket
                and not buckets.is_opening
        left outer join rates
            on
                foreign_counts.currency = rates.currency
                and buckets.bucket = rates.bucket
        where foreign_counts.mrr <> 0 or foreign_counts.trial_mrr <> 0

    ),

    foreign_sums as (

        select
            bucket,
            {% for name, condition in _mrr_kinds() %}
                cast(sum({{ name }} * monthly_minor) as {{ type_cents() }}) as {{ name }}
                {{- "," if not loop.last }}
            {% endfor %}
        from foreign_amounts
        group by bucket

    )

    select
        buckets.bucket,
        {{ sum_so_far("changes.active") }} as active_subscriptions,
        {{ sum_so_far("changes.committed") }} as committed_subscriptions,
        {{ sum_so_far("customer_changes.change") }} as subscribed_customers,
        {% for name, condition in _mrr_kinds() %}
            {{ sum_so_far("changes." ~ name) }} + coalesce(foreign_sums.{{ name }}, 0) as {{ name }}
            {{- "," if not loop.last }}
        {% endfor %}
    from buckets
    left outer join changes
        on buckets.bucket = changes.bucket
    left outer join customer_changes
        on buckets.bucket = customer_changes.bucket
    left outer join foreign_sums
        on buckets.bucket = foreign_sums.bucket
{% endmacro %}


{#-
  Steps, the last of them named `stretches`: from which bucket to before which each subscription is active, in trial
  and out of it, beside `active`, both together.
-#}
{% macro subscription_stretches(grain) %}
    placed as (

        select
            movements.*,
            coalesce({{ clipped_bucket_of("started_at", grain) }}, opening_bucket) as from_bucket,
            coalesce({{ clipped_bucket_of("ended_at", grain) }}, never) as to_bucket,
            coalesce({{ clipped_bucket_of("trial_ended_at", grain) }}, opening_bucket) as paid_from_bucket,
            ended_at is null as is_committed
        from {{ ref("int_subscription_movements") }} as movements
        cross join bounds
        where started_at is null or started_at <= {{ as_of_instant() }}

    ),

    active as (

        select * from placed
        where from_bucket < to_bucket

    ),

    stretches as (

        select
            *,
            true as is_trial,
            from_bucket as stretch_from,
            least(paid_from_bucket, to_bucket) as stretch_to
        from active
        where from_bucket < paid_from_bucket
        union all
        select
            *,
            false as is_trial,
            greatest(from_bucket, paid_from_bucket) as stretch_from,
            to_bucket as stretch_to
        from active
        where paid_from_bucket < to_bucket

    )
{% endmacro %}


{#- A monthly amount in US dollars at a bucket's rate; in other currencies the price is converted first. -#}
{% macro monthly_amount_at_rate(terms, rate) -%}
    {{ monthly_amount(
        _convert_price(terms ~ ".price_minor", "coalesce(" ~ rate ~ ", 1)"),
        terms ~ ".recurring_interval",
        terms ~ ".interval_count"
    ) }}
{%- endmacro %}


{#- The four sums of monthly amounts, and of which stretches each is. -#}
{% macro _mrr_kinds() -%}
    {{ return([
        ("mrr", "not is_trial"),
        ("trial_mrr", "is_trial"),
        ("committed_mrr", "not is_trial and is_committed"),
        ("trial_committed_mrr", "is_trial and is_committed"),
    ]) }}
{%- endmacro %}


{#- Half away from zero; an average has no end, so what lies within 10^-12 of a half is one. -#}
{% macro _convert_price(price, rate) -%}
    {{ return("round(round(" ~ multiply_by_rate(price, rate) ~ ", 12))") }}
{%- endmacro %}
