-- Every rate that is known, with the days for which it holds.

with landed as (

    select
        currency,
        rate_date,
        rate
    from {{ ref("stg_reference__exchange_rates") }}

),

seeded as (

    select
        lower(currency) as currency,
        rate_date,
        rate
    from {{ ref("exchange_rates") }}

),

known as (

    select * from landed
    union all
    select seeded.*
    from seeded
    left outer join landed
        on
            seeded.currency = landed.currency
            and seeded.rate_date = landed.rate_date
    where landed.currency is null

),

ranged as (

    select
        currency,
        rate,
        rate_date as valid_from,
        lead(rate_date) over (partition by currency order by rate_date) as valid_to
    from known

)

select * from ranged
