-- The cost events of a customer, cost metric and day are what costs_daily says, to the last digit.
-- Looks at days on which an event is new or has changed since the test last passed, and at all days
-- of metrics whose definition has; `make audit` at all.

{% set news = get_news() %}
{% set days = get_touched_cost_days(news) %}

with from_events as (
    select
        customer_id,
        cost_metric_id,
        {{ local_date('occurred_at') }} as date_day,
        sum(cost_amount) as cost_amount,
        count(*) as event_count,
        count(*) filter (where cost_amount is null) as unconverted_count
    from {{ ref('cost_events') }}
    where {{ on_days('occurred_at', days) }} or {{ is_of_changed_metric(news) }}
    group by customer_id, cost_metric_id, date_day
),

from_days as (
    select
        customer_id,
        cost_metric_id,
        date_day,
        cost_amount,
        event_count,
        unconverted_count
    from {{ ref('costs_daily') }}
    where {{ in_days('date_day', days) }} or {{ is_of_changed_metric(news) }}
),

differing as (
    (
        select * from from_events
        except all
        select * from from_days
    )
    union all
    (
        select * from from_days
        except all
        select * from from_events
    )
)

select * from differing
