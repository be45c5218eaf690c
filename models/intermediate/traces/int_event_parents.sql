{{ config(
    materialized="incremental",
    incremental_strategy="delete+insert",
    unique_key="raw_row_number",
    pre_hook="{{ clear_without_watermark() }}",
    post_hook="{{ record_watermark() }}",
) }}

-- The parent of every event that names one (spec/polar.md 1.5). Parents may land after their
-- children, so a reference is looked up again when a new event answers to it.

{% set first_new_row = get_first_new_row() %}

{% if is_incremental() and not has_new_loads(get_news()) %}

    select * from {{ this }}
    where false

{% else %}

-- System events are their own root, whatever they say.
with new_references as (

    select
        raw_row_number,
        load_number,
        parent_id as parent_reference
    from {{ ref("stg_polar__events") }}
    where
        raw_row_number >= {{ first_new_row }}
        and parent_id is not null
        and event_source = 'user'

),

{% if is_incremental() %}

    new_events as (

        select
            external_id,
            polar_id
        from {{ ref("stg_polar__events") }}
        where raw_row_number >= {{ first_new_row }}

    ),

    looked_up as (

        select * from new_references
        union all
        select
            raw_row_number,
            load_number,
            parent_reference
        from {{ this }}
        where
            parent_reference in (select new_events.external_id from new_events)
            or parent_reference in (select new_events.polar_id from new_events)

    ),

{% else %}

    looked_up as (

        select * from new_references

    ),

{% endif %}

-- An external id is tried before an id; an event that names itself has no parent.
resolved as (

    select
        looked_up.raw_row_number,
        looked_up.load_number,
        looked_up.parent_reference,
        nullif(
            coalesce(by_external_id.raw_row_number, by_id.raw_row_number),
            looked_up.raw_row_number
        ) as parent_row_number
    from looked_up
    left outer join {{ ref("stg_polar__events") }} as by_external_id
        on looked_up.parent_reference = by_external_id.external_id
    left outer join {{ ref("stg_polar__events") }} as by_id
        on looked_up.parent_reference = by_id.polar_id

),

changed as (

    select
        resolved.*,
        {{ this_run_number() }} as run_number
    from resolved
    {% if is_incremental() %}
        left outer join {{ this }} as known
            on resolved.raw_row_number = known.raw_row_number
        where
            known.raw_row_number is null
            or not ({{ same_in_all(["parent_row_number"], "known", "resolved") }})
    {% endif %}

)

select * from changed

{% endif %}
