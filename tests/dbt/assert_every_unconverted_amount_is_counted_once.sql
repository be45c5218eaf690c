-- What is unknown for want of a rate is counted where it happened, and in every sum that leaves
-- it out.
with at_the_source as (
    select coalesce(sum(unconverted_count), 0) as unconverted_count
    from {{ ref('costs_daily') }}
    union all
    -- A movement of which both amounts are unknown counts once.
    select count(*) as unconverted_count
    from {{ ref('revenue_movements') }}
    where amount is null or fee_amount is null
),

totals as (
    select
        'costs_daily and revenue_movements' as mart,
        sum(unconverted_count) as unconverted_count
    from at_the_source
    {% for mart in ['profit_daily', 'profit_monthly', 'lifetime_value'] %}
        union all
        select
            '{{ mart }}' as mart,
            coalesce(sum(unconverted_count), 0) as unconverted_count
        from {{ ref(mart) }}
    {% endfor %}
),

compared as (
    select
        mart,
        unconverted_count,
        min(unconverted_count) over () as least_count,
        max(unconverted_count) over () as most_count
    from totals
),

differing as (
    select
        mart,
        unconverted_count
    from compared
    where least_count <> most_count
)

select * from differing
