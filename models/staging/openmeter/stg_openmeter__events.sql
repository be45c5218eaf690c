with events as (

    select * from {{ ref("base_openmeter__events") }}
    where reject_reason is null

),

copies as (

    select * from {{ ref("base_openmeter__event_copies") }}

),

accepted as (

    select
        -- A colon inside a source is written %3A, so that no two events have one key.
        'openmeter:'
        || replace(replace(openmeter_source, '%', '%25'), ':', '%3A')
        || ':'
        || openmeter_id as event_id,
        event_name,
        'user' as event_source,
        external_customer_id,
        occurred_at,
        ingested_at,
        raw_row_number,
        load_number,
        loaded_at
    from events
    where raw_row_number not in (select copies.raw_row_number from copies)

)

select * from accepted
