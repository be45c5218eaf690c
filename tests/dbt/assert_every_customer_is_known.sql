-- Every customer of every mart has a row in customers. cost_events is looked at through
-- costs_daily, which has all its customers.
{% set marts = [
    'costs_daily',
    'orders',
    'subscriptions',
    'revenue_movements',
    'profit_daily',
    'profit_monthly',
    'lifetime_value',
] %}

with named as (
    {% for mart in marts %}
        select distinct
            '{{ mart }}' as mart,
            customer_id
        from {{ ref(mart) }}
        {% if not loop.last %}
            union all
        {% endif %}
    {% endfor %}
),

unknown as (
    select
        named.mart,
        named.customer_id
    from named
    left outer join {{ ref('customers') }} as customers
        on named.customer_id = customers.customer_id
    where customers.customer_id is null
)

select * from unknown
