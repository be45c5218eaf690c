-- The costs of all days are the costs of all profit days and months, and of all lives.
-- assert_cost_events_add_up_to_costs_daily ties the days to the events.
with totals as (
    select
        'costs_daily' as mart,
        coalesce(sum(cost_amount), 0) as total_amount
    from {{ ref('costs_daily') }}
    {% for mart in ['profit_daily', 'profit_monthly', 'lifetime_value'] %}
        union all
        select
            '{{ mart }}' as mart,
            coalesce(sum(cost_amount), 0) as total_amount
        from {{ ref(mart) }}
    {% endfor %}
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
