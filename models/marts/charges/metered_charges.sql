{{ config(
    materialized="incremental",
    incremental_strategy="append",
    pre_hook=[
        "{{ clear_without_watermark() }}",
        "{{ delete_changed_charges() }}",
    ],
    post_hook="{{ record_watermark() }}",
) }}

-- What usage costs the customer, by subscription, period and metered price: units beyond the
-- credits, once rounded (spec/polar.md 6.2). A period that ended before its end is never settled,
-- and is not here.

{% set news = get_news() %}
{% set as_of = as_of_instant() %}
{% set reporting_currency = text_literal(get_settings()["reporting_currency"]) %}

with changed_periods as (

    {{ of_changed_charges(ref("int_subscription_periods"), news) }}

),

periods as (

    select * from changed_periods
    where not is_never_settled

),

prices as (

    select
        *,
        row_number() over (
            partition by subscription_id, meter_id
            order by created_at desc nulls last, price_id asc
        ) as price_rank
    from {{ ref("int_subscription_prices") }}

),

-- What does not add up has one line per meter, at the price in force now.
lines as (

    select
        periods.subscription_id,
        periods.customer_id,
        prices.price_id,
        prices.meter_id,
        prices.native_currency,
        prices.unit_amount_minor,
        prices.cap_minor,
        periods.period_end > {{ as_of }} as is_open,
        periods.period_start,
        periods.period_end
    from periods
    inner join prices
        on periods.subscription_id = prices.subscription_id
    inner join {{ ref("int_meters") }} as meters
        on prices.meter_id = meters.meter_id
    where meters.aggregation in ('count', 'sum') or prices.price_rank = 1

),

counted as (

    select
        lines.*,
        coalesce(used.consumed_units, 0) as consumed_units,
        coalesce(credits.credited_units, 0) as credited_units,
        greatest(0, coalesce(used.consumed_units, 0) - coalesce(credits.credited_units, 0))
            as billable_units
    from lines
    left outer join {{ ref("int_usage_charged") }} as used
        on
            lines.subscription_id = used.subscription_id
            and lines.price_id = used.price_id
            and lines.period_start = used.period_start
    left outer join {{ ref("int_credits_charged") }} as credits
        on
            lines.subscription_id = credits.subscription_id
            and lines.price_id = credits.price_id
            and lines.period_start = credits.period_start

),

priced as (

    select
        *,
        {{ metered_amount("unit_amount_minor", "billable_units") }} as full_minor
    from counted

),

capped as (

    select
        priced.*,
        coalesce(priced.full_minor > priced.cap_minor, false) as is_capped,
        {{ to_major_units(
            "least(priced.full_minor, priced.cap_minor)", "currencies.minor_unit_exponent"
        ) }} as native_amount
    from priced
    left outer join {{ ref("currencies") }} as currencies
        on priced.native_currency = currencies.currency

),

converted as (

    select
        capped.subscription_id,
        capped.price_id,
        capped.meter_id,
        capped.customer_id,
        capped.native_currency,
        cast(capped.consumed_units as {{ type_quantity() }}) as consumed_units,
        cast(capped.credited_units as {{ type_quantity() }}) as credited_units,
        cast(capped.billable_units as {{ type_quantity() }}) as billable_units,
        capped.native_amount,
        case
            when capped.native_currency = {{ reporting_currency }} then capped.native_amount
            else {{ convert_amount("capped.native_amount", "rates.rate") }}
        end as charge_amount,
        capped.is_capped,
        capped.is_open,
        capped.period_start,
        capped.period_end
    from capped
    left outer join {{ ref("int_exchange_rates") }} as rates
        on
            capped.native_currency = rates.currency
            and {{ local_date("least(capped.period_end, " ~ as_of ~ ")") }} >= rates.valid_from
            and (
                {{ local_date("least(capped.period_end, " ~ as_of ~ ")") }} < rates.valid_to
                or rates.valid_to is null
            )

)

select * from converted
