-- The current state of every subscription, its price spread over months as Polar does for MRR
-- (spec/polar.md 8.2) and converted at the newest rate known.

{% set reporting_currency = text_literal(get_settings()["reporting_currency"]) %}

with subscriptions as (

    select
        *,
        lower(native_currency) as currency,
        coalesce(recurring_interval_count, 1) as interval_count
    from {{ ref("stg_polar__subscriptions") }}

),

currencies as (

    select * from {{ ref("currencies") }}

),

newest_rates as (

    select
        currency,
        rate
    from {{ ref("int_exchange_rates") }}
    where valid_to is null

),

spread_over_months as (

    select
        *,
        case
            when interval_count <= 0 then null
            when recurring_interval = 'year' then {{ divide_half_away("amount_minor", "12 * interval_count") }}
            when recurring_interval = 'month' then {{ divide_half_away("amount_minor", "interval_count") }}
            when recurring_interval = 'week' then {{ divide_half_away("amount_minor * 52", "12 * interval_count") }}
            when recurring_interval = 'day' then {{ divide_half_away("amount_minor * 365", "12 * interval_count") }}
        end as monthly_minor
    from subscriptions

),

in_major_units as (

    select
        spread_over_months.*,
        {{ to_major_units("spread_over_months.amount_minor", "currencies.minor_unit_exponent") }} as native_amount,
        {{ to_major_units("spread_over_months.monthly_minor", "currencies.minor_unit_exponent") }} as native_monthly_amount
    from spread_over_months
    left join currencies
        on spread_over_months.currency = currencies.currency

),

converted as (

    select
        in_major_units.subscription_id,
        in_major_units.customer_id,
        in_major_units.product_id,
        products.product_name,
        in_major_units.subscription_status,
        in_major_units.recurring_interval,
        in_major_units.currency as native_currency,
        in_major_units.recurring_interval_count,
        in_major_units.native_amount,
        case
            when in_major_units.currency = {{ reporting_currency }} then in_major_units.native_monthly_amount
            else {{ convert_amount("in_major_units.native_monthly_amount", "newest_rates.rate") }}
        end as monthly_amount,
        in_major_units.cancel_at_period_end as is_canceled_at_period_end,
        in_major_units.created_at,
        in_major_units.started_at,
        in_major_units.trial_started_at,
        in_major_units.trial_ended_at,
        in_major_units.current_period_start_at,
        in_major_units.current_period_end_at,
        in_major_units.canceled_at,
        in_major_units.ends_at,
        in_major_units.ended_at,
        in_major_units.modified_at
    from in_major_units
    left join newest_rates
        on in_major_units.currency = newest_rates.currency
    left join {{ ref("stg_polar__products") }} as products
        on in_major_units.product_id = products.product_id

)

select * from converted
