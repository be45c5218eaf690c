{{ config(
    materialized="incremental",
    incremental_strategy="append",
    pre_hook="{{ clear_without_watermark() }}",
    post_hook="{{ record_watermark() }}",
) }}

{% set metrics = [] %}
{% for metric in get_cost_metrics() %}
    {% do metrics.append(compile_cost_metric(metric)) %}
{% endfor %}
{% set value_keys = metrics | map(attribute="value_keys") | list %}
{% set context_keys = [] %}
{% for metric in metrics %}
    {% do context_keys.extend([metric.currency_keys] if metric.currency_keys else []) %}
    {% do context_keys.extend(metric.dimension_keys.values()) %}
{% endfor %}
{% set new_loads = get_new_loads("polar", "events") %}
{% set first_new_row = get_first_new_row() %}

with events as (

    select * from {{ ref("stg_polar__events") }}
    {% if is_incremental() %}
        where raw_row_number >= {{ first_new_row }}
    {% endif %}

),

payloads as (

    select
        raw_row_number,
        case when json_valid(record) then record end as valid_record
    from {{ ref("stg_polar__event_payloads") }}
    where {{ in_loads("raw_file", new_loads) }}

),

-- One parse for all metrics; a second one, exact, where a value is a JSON number.
cut as (

    select
        raw_row_number,
        valid_record,
        {{ compute_once(
            cut_json("valid_record", compile_structure(value_keys + context_keys, "JSON"))
        ) }} as fields
    from payloads

),

cut_exactly as (

    select
        raw_row_number,
        fields,
        {% set any_number = [] %}
        {% for metric in metrics %}
            {% do any_number.append(is_json_number(compile_field("fields", metric.value_keys))) %}
        {% endfor %}
        case
            when {{ any_number | join(" or ") }}
                then {{ cut_json("valid_record", compile_structure(value_keys, "DECIMAL(38,20)")) }}
        end as exact_fields
    from cut

),

found as (

    {% for metric in metrics %}
        {% set value = compile_field("fields", metric.value_keys) %}
        {% set exact_value = compile_field("exact_fields", metric.value_keys) %}
        select
            raw_row_number,
            {{ text_literal(metric.cost_metric_id) }} as cost_metric_id,
            {{ value }} as value_json,
            {% if metric.currency_keys %}
                lower({{ read_text(compile_field("fields", metric.currency_keys)) }})
            {% else %}
                {{ text_literal((metric.currency or get_settings()["reporting_currency"]) | lower) }}
            {% endif %} as native_currency,
            {% set dimensions = {} %}
            {% for dimension_name, keys in metric.dimension_keys.items() %}
                {% set field = compile_field("fields", keys) %}
                {% do dimensions.update({dimension_name: json_scalar_text(field)}) %}
            {% endfor %}
            {{ json_object_text(dimensions) }} as dimensions,
            {{ read_decimal(value, exact_value) }} as exact_value
        from cut_exactly
        where {{ value }} is not null
        {% if not loop.last %}
            union all
        {% endif %}
    {% endfor %}

),

measured as (

    select
        found.*,
        currencies.minor_unit_exponent,
        found.exact_value
        = {{ cut_to_money("found.exact_value", "currencies.minor_unit_exponent") }}
            as is_whole
    from found
    left outer join {{ ref("currencies") }} as currencies
        on found.native_currency = currencies.currency

),

in_major_units as (

    select
        *,
        {{ minor_to_major_units("exact_value", "value_json", "minor_unit_exponent", "is_whole") }}
            as major_amount,
        case
            when not is_whole then true
            -- Digits beyond the 20th decimal of a tiny number were cut before it was seen.
            when exact_value = 0 then try_cast({{ json_scalar_text("value_json") }} as double) <> 0
            else false
        end as is_rounded
    from measured

),

judged as (

    select
        *,
        case
            when
                not {{ is_json_number("value_json") }}
                and not {{ is_numeric_string("value_json") }}
                then 'unreadable_cost_amount'
            when minor_unit_exponent is null then 'unknown_cost_currency'
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
        events.customer_id,
        events.external_customer_id,
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
