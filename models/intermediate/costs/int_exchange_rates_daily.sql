-- One row per currency and day, so that an event finds its rate by equality. No accepted event is
-- dated later than one day after its load; local days may be one more ahead.

with rates as (

    select * from {{ ref("int_exchange_rates") }}
    where currency <> {{ text_literal(get_settings()["reporting_currency"]) }}

),

last_day as (

    select cast(max(loaded_at) as date) + 3 as date_day
    from {{ ref("base_loads") }}

),

spread as (

    select
        rates.currency,
        rates.rate,
        {{ unnest_days("rates.valid_from", "coalesce(rates.valid_to - 1, last_day.date_day)") }}
            as date_day
    from rates
    cross join last_day

)

select * from spread
