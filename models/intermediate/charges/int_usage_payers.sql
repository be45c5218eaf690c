-- Which subscription pays for a customer's usage of a meter, and at which price, from when to when:
-- the customer's own that began first, else that of the seat claimed first (spec/polar.md 6.1).

with terms as (

    select * from {{ ref("int_subscription_terms") }}

),

prices as (

    select * from {{ ref("int_subscription_prices") }}

),

metered as (

    select distinct
        subscription_id,
        meter_id
    from prices

),

meters as (

    select
        meters.meter_id,
        meters.aggregation in ('count', 'sum') as is_summable,
        landed.created_at
    from {{ ref("int_meters") }} as meters
    left outer join {{ ref("stg_polar__meters") }} as landed
        on meters.meter_id = landed.meter_id and meters.source_system = 'polar'

),

-- An unpaid subscription was billable until the period that was not paid.
billable as (

    select
        terms.subscription_id,
        terms.customer_id,
        metered.meter_id,
        terms.started_at,
        terms.trial_ended_at,
        greatest(terms.started_at, meters.created_at) as billable_from,
        least(
            terms.ended_at,
            terms.paused_at,
            case when terms.subscription_status = 'unpaid' then terms.current_period_start_at end
        ) as billable_to
    from terms
    inner join metered
        on terms.subscription_id = metered.subscription_id
    inner join meters
        on metered.meter_id = meters.meter_id
    where terms.subscription_status not in ('incomplete', 'incomplete_expired')

),

candidates as (

    select
        customer_id,
        meter_id,
        subscription_id,
        trial_ended_at,
        true as is_own,
        started_at as ranked_at,
        subscription_id as ranked_by,
        billable_from as from_at,
        billable_to as to_at
    from billable
    union all
    select
        seats.customer_id,
        billable.meter_id,
        billable.subscription_id,
        billable.trial_ended_at,
        false as is_own,
        seats.claimed_at as ranked_at,
        seats.customer_seat_id as ranked_by,
        greatest(seats.claimed_at, billable.billable_from) as from_at,
        least(seats.revoked_at, billable.billable_to) as to_at
    from {{ ref("stg_polar__customer_seats") }} as seats
    inner join billable
        on seats.subscription_id = billable.subscription_id
    where seats.customer_id is not null and seats.claimed_at is not null

),

-- Between two bounds nothing changes of who pays what.
bounds as (

    select
        customer_id,
        meter_id,
        from_at as bound_at
    from candidates
    union
    select
        customer_id,
        meter_id,
        to_at as bound_at
    from candidates
    where to_at is not null
    union
    select
        customer_id,
        meter_id,
        trial_ended_at as bound_at
    from candidates
    where trial_ended_at is not null
    union
    select
        candidates.customer_id,
        candidates.meter_id,
        prices.created_at as bound_at
    from candidates
    inner join prices
        on
            candidates.subscription_id = prices.subscription_id
            and candidates.meter_id = prices.meter_id
    where prices.created_at is not null

),

ranges as (

    select
        customer_id,
        meter_id,
        bound_at as from_at,
        lead(bound_at) over (partition by customer_id, meter_id order by bound_at) as to_at
    from bounds

),

chosen as (

    select
        ranges.customer_id,
        ranges.meter_id,
        candidates.subscription_id,
        candidates.is_own,
        coalesce(ranges.from_at < candidates.trial_ended_at, false) as is_trial,
        ranges.from_at,
        ranges.to_at
    from ranges
    inner join candidates
        on
            ranges.customer_id = candidates.customer_id
            and ranges.meter_id = candidates.meter_id
            and ranges.from_at >= candidates.from_at
            and (ranges.from_at < candidates.to_at or candidates.to_at is null)
    qualify
        row_number() over (
            partition by ranges.customer_id, ranges.meter_id, ranges.from_at
            order by candidates.is_own desc, candidates.ranked_at asc, candidates.ranked_by asc
        ) = 1

),

-- Usage of a meter that adds up is charged at the price of its time, any other at the price in
-- force now (spec/polar.md 6.2).
priced as (

    select
        chosen.customer_id,
        chosen.meter_id,
        chosen.subscription_id,
        prices.price_id,
        chosen.is_own,
        chosen.is_trial,
        chosen.from_at,
        chosen.to_at
    from chosen
    inner join meters
        on chosen.meter_id = meters.meter_id
    inner join prices
        on
            chosen.subscription_id = prices.subscription_id
            and chosen.meter_id = prices.meter_id
            and (
                chosen.from_at >= prices.created_at
                or prices.created_at is null
                or not meters.is_summable
            )
    qualify
        row_number() over (
            partition by chosen.customer_id, chosen.meter_id, chosen.from_at
            order by prices.created_at desc nulls last, prices.price_id asc
        ) = 1

),

fingerprinted as (

    select
        *,
        {{ fingerprint(["price_id", "is_own", "is_trial", "to_at"]) }} as payer_fingerprint
    from priced

)

select * from fingerprinted
