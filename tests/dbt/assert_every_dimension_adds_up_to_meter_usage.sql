-- The rows of each dimension of a meter hold its user events once, customer by customer and day by
-- day; what is summed ties too. Looks at days on which an event is new or has changed since the
-- test last passed, and at all days of meters whose definition has; `make audit` at all.

{% set news = get_news() %}
{% set days = get_touched_usage_days(news) %}

with dimensions as (
    {% for meter in get_meters() %}
        {% for dimension_name in meter["dimensions"] %}
            select
                {{ text_literal(meter["meter_id"]) }} as meter_id,
                {{ text_literal(dimension_name) }} as dimension_name,
                {{ meter["aggregation"] in ["count", "sum"] }} as is_summable
            union all
        {% endfor %}
    {% endfor %}
    select
        cast(null as string) as meter_id,
        cast(null as string) as dimension_name,
        cast(null as boolean) as is_summable
    where false
),

expected as (
    select
        meter_usage_daily.customer_id,
        meter_usage_daily.meter_id,
        dimensions.dimension_name,
        meter_usage_daily.date_day,
        meter_usage_daily.event_count,
        case when dimensions.is_summable then meter_usage_daily.usage_quantity end as quantity
    from {{ ref('meter_usage_daily') }} as meter_usage_daily
    inner join dimensions
        on meter_usage_daily.meter_id = dimensions.meter_id
),

found as (
    select
        by_dimension.customer_id,
        by_dimension.meter_id,
        by_dimension.dimension_name,
        by_dimension.date_day,
        cast(sum(by_dimension.event_count) as bigint) as event_count,
        cast(
            sum(case when dimensions.is_summable then by_dimension.usage_quantity end)
            as {{ type_quantity() }}
        ) as quantity
    from {{ ref('meter_usage_by_dimension_daily') }} as by_dimension
    left outer join dimensions
        on
            by_dimension.meter_id = dimensions.meter_id
            and by_dimension.dimension_name = dimensions.dimension_name
    group by
        by_dimension.customer_id,
        by_dimension.meter_id,
        by_dimension.dimension_name,
        by_dimension.date_day
),

differing as (
    (
        select * from expected
        where {{ in_days('date_day', days) }} or {{ is_of_changed_meter(news) }}
        except all
        select * from found
        where {{ in_days('date_day', days) }} or {{ is_of_changed_meter(news) }}
    )
    union all
    (
        select * from found
        where {{ in_days('date_day', days) }} or {{ is_of_changed_meter(news) }}
        except all
        select * from expected
        where {{ in_days('date_day', days) }} or {{ is_of_changed_meter(news) }}
    )
)

select * from differing
