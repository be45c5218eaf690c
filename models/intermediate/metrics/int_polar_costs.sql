{{ config(materialized="view") }}

-- The `_cost` of Polar's events in cents. Polar knows US dollars only and adds up what there is; so
-- does this, in minor units of whatever currency. `costs_daily` converts.

with priced as (

    select * from {{ ref("int_cost_events_priced") }}
    where cost_metric_id = 'polar_cost' and reject_reason is null

),

currencies as (

    select * from {{ ref("currencies") }}

),

loads as (

    select load_number from {{ ref("base_loads") }}
    where source_system = 'polar'

),

listed as (

    select
        priced.event_id,
        cast(
            case currencies.minor_unit_exponent
                {% for digits in [0, 2, 3, 4] %}
                    when {{ digits }} then priced.native_amount * {{ 10 ** digits }}
                {% endfor %}
            end
            as {{ type_quantity() }}
        ) as cost_cents,
        priced.occurred_at
    from priced
    inner join loads
        on priced.load_number = loads.load_number
    inner join currencies
        on priced.native_currency = currencies.currency

)

select * from listed
