-- The user events of a customer and meter are counted once in each of the hours, days and months of
-- usage, and those of all customers and sources in the quantities of a meter; what is summed ties
-- too. Looks at days on which an event is new or has changed since the test last passed, and at all
-- days of meters whose definition has; `make audit` at all.

{% set news = get_news() %}
{% set days = get_touched_usage_days(news) %}
{% set months = get_months(days) %}
{% set month_of_event = "cast(date_trunc('month', " ~ local_date('occurred_at') ~ ") as date)" %}
{% set ways = [
    {
        "name": "hour", "mart": ref('meter_usage_hourly'), "is_usage": true,
        "of_event": local_date('occurred_at'), "of_row": local_date('period_start'),
        "events": on_days('occurred_at', days), "rows": on_days('period_start', days),
    },
    {
        "name": "day", "mart": ref('meter_usage_daily'), "is_usage": true,
        "of_event": local_date('occurred_at'), "of_row": "date_day",
        "events": on_days('occurred_at', days), "rows": in_days('date_day', days),
    },
    {
        "name": "month", "mart": ref('meter_usage_monthly'), "is_usage": true,
        "of_event": month_of_event, "of_row": "month_start_date",
        "events": on_months('occurred_at', months), "rows": in_days('month_start_date', months),
    },
    {
        "name": "day of all", "mart": ref('meter_quantities_daily'), "is_usage": false,
        "of_event": local_date('occurred_at'), "of_row": "date_day",
        "events": on_days('occurred_at', days), "rows": in_days('date_day', days),
    },
    {
        "name": "month of all", "mart": ref('meter_quantities_monthly'), "is_usage": false,
        "of_event": month_of_event, "of_row": "month_start_date",
        "events": on_months('occurred_at', months), "rows": in_days('month_start_date', months),
    },
] %}

with summable as (
    select
        meter_id,
        aggregation in ('count', 'sum') as is_summable
    from {{ ref('meters') }}
),

from_events as (
    {% for way in ways %}
        select
            '{{ way["name"] }}' as way,
            {{ "customer_id" if way["is_usage"] else "'all'" }} as owner_id,
            meter_id,
            {{ way["of_event"] }} as period,
            count(*) as event_count,
            sum(quantity) as quantity
        from {{ ref('meter_events') }}
        where
            ({{ way["events"] }} or {{ is_of_changed_meter(news) }})
            {% if way["is_usage"] %} and event_source = 'user' {% endif %}
        group by owner_id, meter_id, period
        {% if not loop.last %}
            union all
        {% endif %}
    {% endfor %}
),

from_marts as (
    {% for way in ways %}
        select
            '{{ way["name"] }}' as way,
            {{ "customer_id" if way["is_usage"] else "'all'" }} as owner_id,
            meter_id,
            {{ way["of_row"] }} as period,
            cast(sum(event_count) as bigint) as event_count,
            sum(usage_quantity) as quantity
        from {{ way["mart"] }}
        where {{ way["rows"] }} or {{ is_of_changed_meter(news) }}
        group by owner_id, meter_id, period
        {% if not loop.last %}
            union all
        {% endif %}
    {% endfor %}
),

compared as (
    select
        coalesce(from_events.way, from_marts.way) as way,
        coalesce(from_events.owner_id, from_marts.owner_id) as owner_id,
        coalesce(from_events.meter_id, from_marts.meter_id) as meter_id,
        coalesce(from_events.period, from_marts.period) as period,
        from_events.event_count,
        from_marts.event_count as marts_event_count,
        from_events.quantity,
        from_marts.quantity as marts_quantity
    from from_events
    full outer join from_marts
        on
            from_events.way = from_marts.way
            and from_events.owner_id = from_marts.owner_id
            and from_events.meter_id = from_marts.meter_id
            and from_events.period = from_marts.period
),

differing as (
    select compared.*
    from compared
    left outer join summable
        on compared.meter_id = summable.meter_id
    where
        compared.event_count is distinct from compared.marts_event_count
        or summable.is_summable is null
        or (summable.is_summable and compared.quantity is distinct from compared.marts_quantity)
)

select * from differing
