-- The metered prices in force for each subscription: those of its record, else those of its product
-- (spec/polar.md 11). `unit_amount` is in minor units.

with subscriptions as (

    select * from {{ ref("stg_polar__subscriptions") }}

),

products as (

    select * from {{ ref("stg_polar__products") }}

),

listed as (

    select
        subscriptions.subscription_id,
        {{ unnest_list(
            "coalesce(subscriptions.prices, products.prices, subscriptions.embedded_prices)"
        ) }} as price
    from subscriptions
    left outer join products
        on subscriptions.product_id = products.product_id

),

typed as (

    select
        subscription_id,
        {{ read_identifier("price.id") }} as price_id,
        {{ read_text("price.amount_type") }} as amount_type,
        {{ read_identifier("price.meter_id") }} as meter_id,
        lower({{ read_text("price.price_currency") }}) as native_currency,
        {{ field_of("price", "unit_amount") }} as exact_unit_amount,
        {{ read_integer("price.cap_amount") }} as cap_minor,
        {{ read_timestamp("price.created_at") }} as created_at
    from listed

),

metered as (

    select
        subscription_id,
        price_id,
        meter_id,
        native_currency,
        -- At most 5 whole digits and 12 decimals (spec/polar.md 6.2); anything else is unknown.
        case
            when
                abs(exact_unit_amount) < 100000
                and exact_unit_amount = round(exact_unit_amount, 12)
                then cast(exact_unit_amount as decimal(19, 12))
        end as unit_amount_minor,
        cap_minor,
        created_at
    from typed
    where amount_type = 'metered_unit' and price_id is not null and meter_id is not null
    qualify
        row_number() over (
            partition by subscription_id, price_id
            order by
                created_at, meter_id, native_currency, exact_unit_amount, cap_minor
        ) = 1

),

fingerprinted as (

    select
        *,
        {{ fingerprint([
            "meter_id", "native_currency", "unit_amount_minor", "cap_minor", "created_at"
        ]) }} as price_fingerprint
    from metered

)

select * from fingerprinted
