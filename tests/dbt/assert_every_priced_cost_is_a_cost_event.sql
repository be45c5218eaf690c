-- What the events' records say they cost is what cost_events has, currency by currency and day by
-- day, however often rows were given to another customer or another rate. Looks at days on which
-- an event is new or has changed since the test last passed, and at all days of metrics whose
-- definition has; `make audit` at all.

{% set news = get_news() %}
{% set days = get_touched_cost_days(news) %}

with from_records as (
    select
        cost_metric_id,
        native_currency,
        {{ local_date('occurred_at') }} as date_day,
        sum(native_amount) as native_amount,
        count(*) as event_count
    from {{ ref('int_cost_events_priced') }}
    where
        reject_reason is null
        and raw_row_number not in (
            select copies.raw_row_number from {{ ref('int_event_copies') }} as copies
        )
        and ({{ on_days('occurred_at', days) }} or {{ is_of_changed_metric(news) }})
    group by cost_metric_id, native_currency, date_day
),

from_mart as (
    select
        cost_metric_id,
        native_currency,
        {{ local_date('occurred_at') }} as date_day,
        sum(native_amount) as native_amount,
        count(*) as event_count
    from {{ ref('cost_events') }}
    where {{ on_days('occurred_at', days) }} or {{ is_of_changed_metric(news) }}
    group by cost_metric_id, native_currency, date_day
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
