{{ config(
    materialized="incremental",
    incremental_strategy="append",
    pre_hook=["{{ clear_without_watermark() }}", "{{ delete_changed_metrics() }}"],
    post_hook="{{ record_watermark() }}",
) }}

-- What is read from a record never changes, so each is read once, when it is new; of a metric that
-- was added or edited since, all records are read.

{% set news = get_news() %}
{% set metrics = get_cost_metrics() %}
{% set changed_metrics = [] %}
{% for metric in metrics if metric.cost_metric_id in get_changed_cost_metrics(news) %}
    {% do changed_metrics.append(metric) %}
{% endfor %}

with events as (

    select * from {{ ref("int_events") }}
    {% if is_incremental() and not changed_metrics %}
        where raw_row_number >= {{ get_first_new_row() }}
    {% endif %}

),

found as (

    {% for event_source in get_event_sources() %}
        {% set new_loads = get_new_loads(event_source.source_system, "events") %}
        {% set known_loads = get_known_loads(event_source.source_system, "events") %}
        select * from {{ cost_values(event_source, new_loads, metrics) }}
        {% if changed_metrics %}
            union all
            select * from {{ cost_values(event_source, known_loads, changed_metrics) }}
        {% endif %}
        {% if not loop.last %}
            union all
        {% endif %}
    {% endfor %}

),

-- `shift` is how many decimals the minor unit has, when the amount is in minor units.
measured as (

    select
        found.*,
        currencies.currency is not null as is_known_currency,
        case found.amount_unit when 'minor' then currencies.minor_unit_exponent else 0 end as shift
    from found
    left outer join {{ ref("currencies") }} as currencies
        on found.native_currency = currencies.currency

),

split as (

    select
        *,
        case when unit_cost <> 1 then {{ whole_part("exact_value", "unit_cost") }} end
            as whole_part,
        case when unit_cost <> 1 then {{ fraction_part("exact_value", "unit_cost") }} end
            as fraction_part,
        case when unit_cost = 1 then exact_value = {{ cut_to_money("exact_value", "shift") }} end
            as is_whole
    from measured

),

multiplied as (

    select
        *,
        case
            when unit_cost <> 1
                then {{ product_head("whole_part", "fraction_part", "unit_cost") }}
        end as product_head,
        case
            when unit_cost <> 1
                then {{ product_tail("fraction_part", "unit_cost") }}
        end as product_tail
    from split

),

in_major_units as (

    select
        *,
        case
            when unit_cost = 1
                then {{ minor_to_major_units("exact_value", "value_json", "shift", "is_whole") }}
            else {{ product_to_major_units("product_head", "product_tail", "shift") }}
        end as major_amount,
        case
            when
                unit_cost <> 1
                and {{ is_product_rounded("product_head", "product_tail", "shift") }}
                then true
            when unit_cost = 1 and not is_whole then true
            -- Digits beyond the 20th decimal of a tiny number were cut before it was seen.
            when exact_value = 0 then try_cast({{ json_scalar_text("value_json") }} as double) <> 0
            else false
        end as is_rounded
    from multiplied

),

judged as (

    select
        *,
        case
            when
                not {{ is_json_number("value_json") }}
                and not {{ is_numeric_string("value_json") }}
                then 'unreadable_cost_amount'
            when not is_known_currency then 'unknown_cost_currency'
            when major_amount is null or abs(major_amount) >= 1000000000000000
                then 'cost_amount_out_of_range'
        end as reject_reason
    from in_major_units

),

priced as (

    select
        judged.raw_row_number,
        events.load_number,
        events.event_id,
        judged.cost_metric_id,
        events.event_name,
        events.customer_reference,
        judged.native_currency,
        judged.dimensions,
        judged.reject_reason,
        case when judged.reject_reason is null then judged.major_amount end as native_amount,
        judged.reject_reason is null and judged.is_rounded as is_rounded,
        events.occurred_at,
        events.ingested_at
    from judged
    inner join events
        on judged.raw_row_number = events.raw_row_number

)

select * from priced
