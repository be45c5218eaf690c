-- DESIGN.md, Arithmetic, row by row, where nothing of a row is unknown; what is unknown is counted.
with cells as (
    {% for mart in ['profit_daily', 'profit_monthly', 'lifetime_value'] %}
        select
            '{{ mart }}' as mart,
            customer_id,
            revenue_amount,
            refund_amount,
            dispute_amount,
            fee_amount,
            net_revenue_amount,
            cost_amount,
            profit_amount,
            unconverted_count
        from {{ ref(mart) }}
        {% if not loop.last %}
            union all
        {% endif %}
    {% endfor %}
),

recomputed as (
    select
        *,
        coalesce(revenue_amount, 0)
        + coalesce(refund_amount, 0)
        + coalesce(dispute_amount, 0)
        - coalesce(fee_amount, 0) as known_net_revenue_amount
    from cells
),

differing as (
    select *
    from recomputed
    where
        coalesce(net_revenue_amount, 0) <> known_net_revenue_amount
        or coalesce(profit_amount, 0) <> known_net_revenue_amount - coalesce(cost_amount, 0)
        or (
            unconverted_count = 0
            and (
                net_revenue_amount is null
                or cost_amount is null
                or profit_amount is null
            )
        )
)

select * from differing
