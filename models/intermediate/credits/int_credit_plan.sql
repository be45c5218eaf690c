-- What decides the derived steps of a customer's meter: each benefit held, and each subscription
-- with a metered price.

with terms as (

    select * from {{ ref("int_subscription_terms") }}

),

meters as (

    select * from {{ ref("int_meters") }}

),

metered as (

    select distinct
        subscription_id,
        meter_id
    from {{ ref("int_subscription_prices") }}

),

held as (

    select
        holdings.customer_id,
        holdings.meter_id,
        holdings.holding_id as source_id,
        holdings.subscription_id,
        false as is_metered,
        {{ fingerprint([
            "holdings.benefit_id", "holdings.is_from_grant", "holdings.units",
            "holdings.is_rollover", "holdings.held_from", "holdings.held_to",
            "terms.terms_fingerprint", "meters.definition_fingerprint",
        ]) }} as plan_fingerprint
    from {{ ref("int_benefits_held") }} as holdings
    inner join meters
        on holdings.meter_id = meters.meter_id
    left outer join terms
        on holdings.subscription_id = terms.subscription_id

),

priced as (

    select
        terms.customer_id,
        metered.meter_id,
        'metered:' || terms.subscription_id as source_id,
        terms.subscription_id,
        true as is_metered,
        {{ fingerprint(["terms.terms_fingerprint", "meters.definition_fingerprint"]) }}
            as plan_fingerprint
    from metered
    inner join terms
        on metered.subscription_id = terms.subscription_id
    inner join meters
        on metered.meter_id = meters.meter_id

),

combined as (

    select * from held
    union all
    select * from priced

)

select * from combined
