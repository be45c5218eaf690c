-- The current state of every subscription, its monthly price at the newest rate known.

{% set reporting_currency = text_literal(get_settings()["reporting_currency"]) %}

with spread_over_months as (

    select * from {{ ref("int_subscriptions_spread_monthly") }}

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

in_major_units as (

    select
        spread_over_months.*,
        {{ to_major_units("spread_over_months.amount_minor", "currencies.minor_unit_exponent") }}
            as native_amount,
        {{ to_major_units("spread_over_months.monthly_minor", "currencies.minor_unit_exponent") }}
            as native_monthly_amount
    from spread_over_months
    left outer join currencies
        on spread_over_months.currency = currencies.currency

),

converted as (

    select
        in_major_units.subscription_id,
        in_major_units.customer_id,
        in_major_units.product_id,
        in_major_units.product_name,
        in_major_units.subscription_status,
        in_major_units.recurring_interval,
        in_major_units.currency as native_currency,
        in_major_units.recurring_interval_count,
        in_major_units.native_amount,
        case
            when
                in_major_units.currency = {{ reporting_currency }}
                then in_major_units.native_monthly_amount
            else {{ convert_amount("in_major_units.native_monthly_amount", "newest_rates.rate") }}
        end as monthly_amount,
        in_major_units.is_canceled_at_period_end,
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
    left outer join newest_rates
        on in_major_units.currency = newest_rates.currency

)

select * from converted
