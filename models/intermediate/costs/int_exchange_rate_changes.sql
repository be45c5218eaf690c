{{ config(
    materialized="incremental",
    incremental_strategy="append",
    post_hook="{{ record_watermark() }}",
) }}

-- A log of the rates as each run found them; what was priced before knows from it which days to
-- price again. A null rate says that the row is gone.

with current_rates as (

    select
        currency,
        valid_from as rate_date,
        rate
    from {{ ref("int_exchange_rates") }}

),

logged as (

    {% if is_incremental() %}
        select
            currency,
            rate_date,
            rate
        from {{ this }}
        qualify
            row_number() over (partition by currency, rate_date order by run_number desc) = 1
    {% else %}
        select * from current_rates
        where false
    {% endif %}

),

compared as (

    select
        coalesce(current_rates.currency, logged.currency) as currency,
        current_rates.rate,
        {{ this_run_number() }} as run_number,
        coalesce(current_rates.rate_date, logged.rate_date) as rate_date
    from current_rates
    full outer join logged
        on
            current_rates.currency = logged.currency
            and current_rates.rate_date = logged.rate_date
    where current_rates.rate is distinct from logged.rate

)

select * from compared
