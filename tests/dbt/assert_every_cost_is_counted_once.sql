-- The costs of all events are the costs of all days, of all profit days and months, and of all lives.
with totals as (
    select
        'cost_events' as mart,
        coalesce(sum(cost_amount), 0) as total_amount
    from {{ ref('cost_events') }}
    union all
    select
        'costs_daily' as mart,
        coalesce(sum(cost_amount), 0) as total_amount
    from {{ ref('costs_daily') }}
    union all
    select
        'profit_daily' as mart,
        coalesce(sum(cost_amount), 0) as total_amount
    from {{ ref('profit_daily') }}
    union all
    select
        'profit_monthly' as mart,
        coalesce(sum(cost_amount), 0) as total_amount
    from {{ ref('profit_monthly') }}
    union all
    select
        'lifetime_value' as mart,
        coalesce(sum(cost_amount), 0) as total_amount
    from {{ ref('lifetime_value') }}
),

compared as (
    select
        mart,
        total_amount,
        min(total_amount) over () as least_amount,
        max(total_amount) over () as most_amount
    from totals
),

differing as (
    select
        mart,
        total_amount
    from compared
    where least_amount <> most_amount
)

select * from differing
