{{ config(
    materialized="incremental",
    incremental_strategy="append",
    pre_hook="{{ clear_without_watermark() }}",
    post_hook="{{ record_watermark() }}",
) }}

-- Polar's own credits and resets: one row per `meter.credited` or `meter.reset` (spec/polar.md
-- 1.6).

{% set new_loads = get_new_loads("polar", "events") %}
{% set metadata_names = [
    "meter_id",
    "units",
    "rollover",
] %}

with events as (

    select * from {{ ref("int_events") }}
    where
        raw_row_number >= {{ get_first_new_row() }}
        and event_source = 'system'
        and event_name in ('meter.credited', 'meter.reset')

),

{{ system_event_fields(metadata_names, new_loads) }},

typed as (

    select
        events.raw_row_number,
        events.load_number,
        events.event_id,
        events.event_name,
        events.customer_reference,
        {{ read_identifier("cut.fields.meter_id") }} as meter_id,
        {{ read_whole_number("cut.fields.units") }} as units,
        coalesce({{ read_boolean("cut.fields.rollover") }}, false) as is_rollover,
        events.occurred_at,
        events.ingested_at
    from events
    inner join cut
        on events.raw_row_number = cut.raw_row_number

),

judged as (

    select
        *,
        case
            when customer_reference = 'unattributed' then 'missing_customer'
            when meter_id is null then 'unreadable_meter_id'
            when event_name = 'meter.credited' and units is null then 'unreadable_units'
        end as reject_reason
    from typed

)

select * from judged
