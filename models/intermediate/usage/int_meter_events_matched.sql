{{ config(
    materialized="incremental",
    incremental_strategy="append",
    pre_hook=["{{ clear_without_watermark() }}", "{{ delete_changed_meters() }}"],
    post_hook="{{ record_watermark() }}",
) }}

-- What is read from a record never changes, so each is read once, when it is new; for a meter that
-- was added or edited since, all records are read.

{% set events = ref("int_events") %}
{% set meters = get_meters() %}
{% set changed_ids = get_changed_meters(get_news()) %}
{% set changed_meters = [] %}
{% for meter in meters if meter["meter_id"] in changed_ids %}
    {% do changed_meters.append(meter) %}
{% endfor %}

with found as (

    {% for event_source in get_event_sources() %}
        {% set new_loads = get_new_loads(event_source.source_system, "events") %}
        {% set known_loads = get_known_loads(event_source.source_system, "events") %}
        {% for loads, some_meters in [(new_loads, meters), (known_loads, changed_meters)] %}
            {% set seeing = meters_of_source(some_meters, event_source) %}
            {% if seeing and loads %}
                select * from {{ meter_values(event_source, events, loads, seeing) }}
                union all
            {% endif %}
        {% endfor %}
    {% endfor %}
    {{ no_meter_values() }}

),

-- Quantities have at most 18 whole digits and 12 decimals (DESIGN.md, Arithmetic).
read_values as (

    select
        *,
        case
            when
                value_kind in ('numeric_text', 'any')
                or (value_kind = 'number' and {{ is_json_number("value_json") }})
                then {{ read_decimal("value_json", "exact_value") }}
        end as number_value
    from found

),

rounded as (

    select
        *,
        case
            when value_kind = 'count' then 1
            when value_kind <> 'any'
                then
                    cast(
                        {{ round_once("number_value", "value_json", 12) }} as {{ type_quantity() }}
                    )
        end as rounded_quantity
    from read_values

),

judged as (

    select
        *,
        case
            when value_kind in ('count', 'any') then null
            when
                not {{ is_json_number("value_json") }}
                and not (value_kind = 'numeric_text' and {{ is_numeric_string("value_json") }})
                then 'unreadable_quantity'
            when rounded_quantity is null or abs(rounded_quantity) >= 1000000000000000000
                then 'quantity_out_of_range'
        end as reject_reason
    from rounded

),

measured as (

    select
        raw_row_number,
        load_number,
        event_id,
        meter_id,
        aggregation,
        event_source,
        customer_reference,
        dimensions,
        reject_reason,
        case
            when value_kind = 'any' then md5({{ canonical_json("value_json", "number_value") }})
        end as unique_value_hash,
        case when reject_reason is null then rounded_quantity end as quantity,
        case
            when value_kind in ('number', 'numeric_text') and reject_reason is null
                then {{ is_rounded("number_value", "value_json", "rounded_quantity") }}
            else false
        end as is_rounded,
        occurred_at,
        ingested_at
    from judged

)

select * from measured
