{% set reporting_currency = text_literal(get_settings()["reporting_currency"]) %}

with from_ledger as (

    select
        movement_id,
        customer_id,
        order_id,
        movement_kind,
        'ledger' as movement_source,
        lower(native_currency) as native_currency,
        lower(fee_currency) as fee_currency,
        native_minor,
        fee_minor,
        occurred_at,
        order_created_at
    from {{ ref("int_movements_from_ledger") }}

),

from_records as (

    select
        movement_id,
        customer_id,
        order_id,
        movement_kind,
        'record' as movement_source,
        lower(native_currency) as native_currency,
        lower(fee_currency) as fee_currency,
        native_minor,
        fee_minor,
        occurred_at,
        order_created_at
    from {{ ref("int_movements_from_records") }}

),

combined as (

    select
        *,
        {{ local_date("occurred_at") }} as date_day
    from from_ledger
    union all
    select
        *,
        {{ local_date("occurred_at") }} as date_day
    from from_records

),

currencies as (

    select * from {{ ref("currencies") }}

),

rates as (

    select
        currency,
        rate,
        date_day
    from {{ ref("int_exchange_rates_daily") }}

),

in_major_units as (

    select
        combined.*,
        {{ to_major_units("combined.native_minor", "currencies.minor_unit_exponent") }}
            as native_amount,
        {{ to_major_units("combined.fee_minor", "fee_currencies.minor_unit_exponent") }}
            as native_fee_amount
    from combined
    left outer join currencies
        on combined.native_currency = currencies.currency
    left outer join currencies as fee_currencies
        on combined.fee_currency = fee_currencies.currency

),

converted as (

    select
        in_major_units.movement_id,
        in_major_units.customer_id,
        in_major_units.order_id,
        in_major_units.movement_kind,
        in_major_units.movement_source,
        in_major_units.native_currency,
        in_major_units.native_amount,
        case
            when
                in_major_units.native_currency = {{ reporting_currency }}
                then in_major_units.native_amount
            else {{ convert_amount("in_major_units.native_amount", "rates.rate") }}
        end as amount,
        case
            when in_major_units.fee_minor = 0 then cast(0 as {{ type_money() }})
            when
                in_major_units.fee_currency = {{ reporting_currency }}
                then in_major_units.native_fee_amount
            else {{ convert_amount("in_major_units.native_fee_amount", "fee_rates.rate") }}
        end as fee_amount,
        in_major_units.occurred_at,
        in_major_units.order_created_at
    from in_major_units
    left outer join rates
        on
            in_major_units.native_currency = rates.currency
            and in_major_units.date_day = rates.date_day
    left outer join rates as fee_rates
        on
            in_major_units.fee_currency = fee_rates.currency
            and in_major_units.date_day = fee_rates.date_day

)

select * from converted
