{{ config(severity='warn', fail_calc='coalesce(sum(unconverted_count), 0)') }}

-- Revenue movements of which the amount or the fee has no rate, by currency;
-- `dbt show --select assert_every_movement_has_a_rate` lists them.
with unconverted as (
    select
        native_currency,
        count(*) filter (where amount is null) as unconverted_amount_count,
        count(*) filter (where fee_amount is null) as unconverted_fee_count,
        count(*) as unconverted_count
    from {{ ref('revenue_movements') }}
    where amount is null or fee_amount is null
    group by native_currency
)

select * from unconverted
