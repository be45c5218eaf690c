-- Revenue, refunds, disputes and fees of all movements are those of all days, months and lives.
with movements as (
    select
        amount,
        fee_amount,
        case
            when movement_kind in ('order', 'credit_order') then 'revenue'
            when movement_kind in ('refund', 'refund_reversal') then 'refund'
            when movement_kind in ('dispute', 'dispute_reversal') then 'dispute'
        end as component
    from {{ ref('revenue_movements') }}
),

totals as (
    select
        'revenue_movements' as mart,
        coalesce(sum(amount) filter (where component = 'revenue'), 0) as revenue_amount,
        coalesce(sum(amount) filter (where component = 'refund'), 0) as refund_amount,
        coalesce(sum(amount) filter (where component = 'dispute'), 0) as dispute_amount,
        coalesce(sum(fee_amount), 0) as fee_amount,
        coalesce(sum(amount), 0) - coalesce(sum(fee_amount), 0) as net_revenue_amount
    from movements
    {% for mart in ['profit_daily', 'profit_monthly', 'lifetime_value'] %}
        union all
        select
            '{{ mart }}' as mart,
            coalesce(sum(revenue_amount), 0) as revenue_amount,
            coalesce(sum(refund_amount), 0) as refund_amount,
            coalesce(sum(dispute_amount), 0) as dispute_amount,
            coalesce(sum(fee_amount), 0) as fee_amount,
            coalesce(sum(net_revenue_amount), 0) as net_revenue_amount
        from {{ ref(mart) }}
    {% endfor %}
),

-- All marts agree exactly when all of them are the same row.
distinct_totals as (
    select distinct
        revenue_amount,
        refund_amount,
        dispute_amount,
        fee_amount,
        net_revenue_amount
    from totals
),

differing as (
    select *
    from totals
    where (select count(*) from distinct_totals) > 1
)

select * from differing
