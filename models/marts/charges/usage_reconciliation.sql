{{ config(
    materialized="incremental",
    incremental_strategy="append",
    pre_hook=[
        "{{ clear_without_watermark() }}",
        "{{ delete_changed_charges() }}",
    ],
    post_hook="{{ record_watermark() }}",
) }}

-- What usage should cost beside what the orders charged for it, and why the two may differ.

{% set news = get_news() %}

with charges as (

    {{ of_changed_charges(ref("metered_charges"), news) }}

),

periods as (

    {{ of_changed_charges(ref("int_subscription_periods"), news) }}

),

order_lines as (

    {{ of_changed_charges(ref("int_order_metered_lines"), news) }}

),

currencies as (

    select * from {{ ref("currencies") }}

),

used as (

    {{ of_changed_charges(ref("int_usage_charged"), news) }}

),

ordered as (

    select
        order_lines.subscription_id,
        order_lines.price_id,
        periods.customer_id,
        order_lines.native_currency,
        {{ to_major_units("order_lines.amount_minor", "currencies.minor_unit_exponent") }}
            as ordered_amount,
        periods.period_start,
        periods.period_end
    from order_lines
    inner join periods
        on
            order_lines.subscription_id = periods.subscription_id
            and order_lines.period_start = periods.period_start
    left outer join currencies
        on order_lines.native_currency = currencies.currency

),

settling as (

    {{ of_changed_charges(ref("int_orders_settling"), news) }}

),

settled_periods as (

    select distinct
        subscription_id,
        period_start
    from settling
    where is_after_period

),

compared as (

    select
        coalesce(charges.subscription_id, ordered.subscription_id) as subscription_id,
        coalesce(charges.price_id, ordered.price_id) as price_id,
        charges.meter_id,
        coalesce(charges.customer_id, ordered.customer_id) as customer_id,
        coalesce(charges.native_currency, ordered.native_currency) as native_currency,
        charges.native_amount as charged_amount,
        ordered.ordered_amount,
        charges.native_currency <> ordered.native_currency as is_in_other_currency,
        charges.credited_units,
        charges.is_capped,
        coalesce(charges.is_open, false) as is_open,
        charges.price_id is null as is_not_charged,
        coalesce(charges.period_start, ordered.period_start) as period_start,
        coalesce(charges.period_end, ordered.period_end) as period_end
    from charges
    full outer join ordered
        on
            charges.subscription_id = ordered.subscription_id
            and charges.price_id = ordered.price_id
            and charges.period_start = ordered.period_start

),

-- An order that settles the period and has no line for the price charged nothing for it.
completed as (

    select
        compared.*,
        compared.charged_amount - case
            when compared.is_in_other_currency then null
            when compared.ordered_amount is not null then compared.ordered_amount
            when settled_periods.subscription_id is not null then 0
        end as difference_amount,
        compared.ordered_amount is not null
        or settled_periods.subscription_id is not null as is_settled,
        used.last_received_at,
        {{ to_major_units("1", "currencies.minor_unit_exponent") }} as minor_unit
    from compared
    left outer join settled_periods
        on
            compared.subscription_id = settled_periods.subscription_id
            and compared.period_start = settled_periods.period_start
    left outer join used
        on
            compared.subscription_id = used.subscription_id
            and compared.price_id = used.price_id
            and compared.period_start = used.period_start
    left outer join currencies
        on compared.native_currency = currencies.currency

),

explained as (

    select
        subscription_id,
        price_id,
        meter_id,
        customer_id,
        native_currency,
        charged_amount,
        ordered_amount,
        cast(difference_amount as {{ type_money() }}) as difference_amount,
        case
            when is_not_charged then 'price_not_in_force'
            when charged_amount is null then 'unreadable_price'
            when is_in_other_currency then 'other_currency'
            when not is_settled and is_open then 'period_open'
            when not is_settled and charged_amount = 0 then 'none'
            when not is_settled then 'no_order_loaded'
            when difference_amount = 0 then 'none'
            when abs(difference_amount) <= minor_unit then 'rounding'
            -- The job that takes usage to orders runs every 15 minutes (spec/polar.md 6.1).
            when difference_amount > 0 and last_received_at >= period_end - interval 15 minute
                then 'received_just_before_the_end'
            when difference_amount > 0 then 'received_after_the_order'
            when credited_units > 0 then 'credits_given_after_the_order'
            else 'usage_not_loaded'
        end as likely_cause,
        is_open,
        period_start,
        period_end
    from completed

)

select * from explained
