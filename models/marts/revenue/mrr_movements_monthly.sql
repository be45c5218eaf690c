-- How each customer's monthly recurring revenue came to be, month by month, by the definitions of
-- `metrics_monthly`. Months in which a customer has none, before and after, have no row.

with {{ metric_buckets("month") }},

{{ subscription_stretches("month") }},

rates as (

    {{ metric_rates("month") }}

),

-- What runs when the first month begins is new in it.
paid as (

    select
        stretches.customer_id,
        stretches.currency,
        stretches.price_minor,
        stretches.recurring_interval,
        stretches.interval_count,
        stretches.monthly_minor,
        greatest(stretches.stretch_from, bounds.first_bucket) as from_bucket,
        stretches.stretch_to as to_bucket
    from stretches
    cross join bounds
    where
        not stretches.is_trial
        and stretches.stretch_from <= bounds.last_bucket
        and stretches.stretch_to > bounds.first_bucket

),

-- In other currencies a subscription is worth something else every month.
converted as (

    select
        paid.customer_id,
        buckets.bucket,
        {{ monthly_amount_at_rate("paid", "rates.rate") }} as monthly_minor
    from paid
    inner join buckets
        on
            paid.from_bucket <= buckets.bucket
            and paid.to_bucket > buckets.bucket
            and not buckets.is_opening
    left outer join rates
        on
            paid.currency = rates.currency
            and buckets.bucket = rates.bucket
    where paid.currency <> 'usd'

),

steps as (

    select
        customer_id,
        from_bucket as bucket,
        monthly_minor as change_amount
    from paid
    where currency = 'usd'
    union all
    select
        customer_id,
        to_bucket as bucket,
        -monthly_minor as change_amount
    from paid
    where currency = 'usd'
    union all
    select
        customer_id,
        bucket,
        monthly_minor as change_amount
    from converted
    union all
    select
        customer_id,
        cast(bucket + interval 1 month as date) as bucket,
        -monthly_minor as change_amount
    from converted

),

changes as (

    select
        steps.customer_id,
        steps.bucket,
        cast(sum(steps.change_amount) as {{ type_cents() }}) as change_amount
    from steps
    cross join bounds
    where steps.bucket <= bounds.last_bucket
    group by steps.customer_id, steps.bucket
    having sum(steps.change_amount) <> 0

),

accumulated as (

    select
        customer_id,
        bucket,
        change_amount,
        cast(sum(change_amount) over so_far as {{ type_cents() }}) as closing_amount,
        lead(bucket) over so_far as next_bucket
    from changes
    window so_far as (partition by customer_id order by bucket)

),

-- The customer's first revenue is new; what comes after a time without any is reactivated.
classified as (

    select
        customer_id,
        bucket,
        next_bucket,
        change_amount,
        closing_amount,
        closing_amount - change_amount as opening_amount,
        row_number() over (partition by customer_id order by bucket) = 1 as is_first
    from accumulated

),

-- Each change, and the quiet months from it to the next.
months as (

    select
        classified.*,
        {{ unnest_months(
            "classified.bucket",
            "case"
            ~ " when classified.closing_amount = 0 then classified.bucket"
            ~ " else coalesce(cast(classified.next_bucket - interval 1 month as date), bounds.last_bucket)"
            ~ " end"
        ) }} as month_start_date
    from classified
    cross join bounds

),

moved as (

    select
        customer_id,
        month_start_date,
        closing_amount,
        is_first,
        case when month_start_date = bucket then opening_amount else closing_amount end
            as opening_amount,
        case when month_start_date = bucket then change_amount else 0 end as change_amount
    from months

),

named as (

    select
        customer_id,
        cast(opening_amount as {{ type_cents() }}) as opening_amount,
        {% for name, condition in [
            ("new", "opening_amount = 0 and is_first"),
            ("expansion", "opening_amount <> 0 and closing_amount <> 0 and change_amount > 0"),
            ("contraction", "opening_amount <> 0 and closing_amount <> 0 and change_amount < 0"),
            ("churned", "opening_amount <> 0 and closing_amount = 0"),
            ("reactivated", "opening_amount = 0 and not is_first"),
        ] %}
            cast(case when {{ condition }} then change_amount else 0 end as {{ type_cents() }})
                as {{ name }}_amount,
        {% endfor %}
        closing_amount,
        month_start_date
    from moved

)

select * from named
