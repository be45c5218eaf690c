with events as (

    select * from {{ ref("base_polar__events") }}
    where reject_reason is null

),

copies as (

    select * from {{ ref("base_polar__event_copies") }}

),

accepted as (

    select
        coalesce(
            events.polar_id,
            'external:' || events.external_id,
            loads.load_id || ':' || cast(events.line_number as string)
        ) as event_id,
        events.polar_id,
        events.external_id,
        events.event_name,
        events.event_source,
        events.customer_id,
        events.external_customer_id,
        events.parent_id,
        {{ customer_object_column_names() | join(", ") }},
        events.occurred_at,
        events.ingested_at,
        events.raw_row_number,
        events.load_number,
        events.loaded_at
    from events
    inner join {{ ref("base_loads") }} as loads
        on events.load_number = loads.load_number
    where events.raw_row_number not in (select copies.raw_row_number from copies)

)

select * from accepted
