-- What was matched and read is what meter_events has, meter by meter and day by day, however often
-- rows were given to another customer. Looks at days on which an event is new or has changed since
-- the test last passed, and at all days of meters whose definition has; `make audit` at all.

{% set news = get_news() %}
{% set days = get_touched_usage_days(news) %}

with from_records as (
    select
        meter_id,
        event_source,
        {{ local_date('occurred_at') }} as date_day,
        count(*) as event_count,
        sum(quantity) as quantity
    from {{ ref('int_meter_events_matched') }}
    where
        reject_reason is null
        and raw_row_number not in (
            select copies.raw_row_number from {{ ref('int_event_copies') }} as copies
        )
        and ({{ on_days('occurred_at', days) }} or {{ is_of_changed_meter(news) }})
    group by meter_id, event_source, date_day
),

from_mart as (
    select
        meter_id,
        event_source,
        {{ local_date('occurred_at') }} as date_day,
        count(*) as event_count,
        sum(quantity) as quantity
    from {{ ref('meter_events') }}
    where {{ on_days('occurred_at', days) }} or {{ is_of_changed_meter(news) }}
    group by meter_id, event_source, date_day
),

differing as (
    (
        select * from from_records
        except all
        select * from from_mart
    )
    union all
    (
        select * from from_mart
        except all
        select * from from_records
    )
)

select * from differing
