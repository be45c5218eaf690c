{{ config(
    materialized="incremental",
    incremental_strategy="append",
    pre_hook="{{ clear_without_watermark() }}",
    post_hook="{{ record_watermark() }}",
) }}

-- A log of the subscriptions of whose charges something changed, and from which period on: what was
-- charged before stays as it was.

{% set news = get_news() %}
{% set then, now = news["as_of"], as_of_instant() %}
{% set beginning = first_window_start() %}
{% set orders = ref("stg_polar__orders") %}
{% set since_then = "run_number > " ~ news["run_number"] %}
{% set reporting_currency = text_literal(get_settings()["reporting_currency"]) %}
{% set is_of_changed_price = is_changed("price_id", ref("int_metered_price_changes"), news) %}
{% set is_of_changed_currency =
    is_changed("native_currency", ref("int_exchange_rate_changes"), news, "currency") %}

with periods as (

    select * from {{ ref("int_subscription_periods") }}

),

prices as (

    select * from {{ ref("int_subscription_prices") }}

),

order_changes as (

    select * from {{ ref("int_order_changes") }}

),

{% if has_changes(ref("int_metered_price_changes"), news) %}

    order_items as (

        select
            subscription_id,
            {{ unnest_list("items") }} as item
        from {{ orders }}

    ),

    order_lines as (

        select
            subscription_id,
            {{ read_identifier("item.product_price_id") }} as price_id
        from order_items

    ),

{% endif %}

-- Terms, payers, prices, meters and orders decide about a whole subscription.
changed_whole as (

    {% for log in [
        "int_subscription_changes", "int_usage_payer_changes", "int_subscription_price_changes"
    ] %}
        select subscription_id
        from {{ ref(log) }}
        where {{ since_then }}
        union
    {% endfor %}
    select subscription_id
    from prices
    where {{ is_of_changed_meter(news) }} or {{ is_of_changed_currency }}
    union
    select order_changes.subscription_id
    from order_changes
    inner join order_changes as news
        on order_changes.order_id = news.order_id
    where news.{{ since_then }}
    {% if has_changes(ref("int_metered_price_changes"), news) %}
        union
        select subscription_id
        from order_lines
        where {{ is_of_changed_price }}
    {% endif %}

),

combined as (

    select
        subscription_id,
        {{ beginning }} as changed_from
    from changed_whole
    union all
    -- Usage and credits: what is received from then on is charged in a period that ends later.
    select
        payers.subscription_id,
        changes.window_from as changed_from
    from {{ ref("int_credit_window_changes") }} as changes
    inner join {{ ref("int_usage_payers") }} as payers
        on
            changes.customer_id = payers.customer_id
            and changes.meter_id = payers.meter_id
            and (changes.window_from < payers.to_at or payers.to_at is null)
    where changes.{{ since_then }}
    union all
    -- What the clock closes.
    select
        subscription_id,
        {{ then }} as changed_from
    from periods
    where period_end between {{ then }} and {{ now }}
    union all
    -- What is open is converted at the rate of the clock.
    select
        subscription_id,
        {{ then }} as changed_from
    from prices
    where native_currency <> {{ reporting_currency }}

),

earliest as (

    select
        subscription_id,
        min(changed_from) as changed_from
    from combined
    where subscription_id is not null
    group by subscription_id

),

logged as (

    select
        earliest.subscription_id,
        coalesce(min(periods.period_start), {{ beginning }}) as replaced_from,
        {{ this_run_number() }} as run_number
    from earliest
    left outer join periods
        on
            earliest.subscription_id = periods.subscription_id
            and earliest.changed_from <= periods.period_end
    {% if news["is_first"] %}
        -- Whoever has not run yet takes everything.
        where false
    {% endif %}
    group by earliest.subscription_id

)

select * from logged
