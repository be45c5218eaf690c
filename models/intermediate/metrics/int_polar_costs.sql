{{ config(materialized="view") }}

-- The `_cost` of Polar's events in cents. Polar takes US dollars only, so amounts in other
-- currencies are none of its costs; they are in `costs_daily`.

with priced as (

    select * from {{ ref("int_cost_events_priced") }}
    where
        cost_metric_id = 'polar_cost'
        and reject_reason is null
        and native_currency = 'usd'

),

loads as (

    select load_number from {{ ref("base_loads") }}
    where source_system = 'polar'

),

listed as (

    select
        priced.event_id,
        cast(100 * priced.native_amount as {{ type_quantity() }}) as cost_cents,
        priced.occurred_at
    from priced
    inner join loads
        on priced.load_number = loads.load_number

)

select * from listed
