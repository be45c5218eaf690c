{{ config(
    materialized="incremental",
    incremental_strategy="append",
    pre_hook="{{ clear_without_watermark() }}",
    post_hook="{{ record_watermark() }}",
) }}

-- The first landed of all copies wins, and later loads are later copies, so a verdict is final:
-- new rows are compared with all rows, old rows never again. Each step reads the table itself: a
-- shared import of all rows would be written out whole, also when nothing is new.

{% set first_new_row = get_first_new_row() %}

with new_rows as (

    select
        raw_row_number,
        polar_id,
        external_id
    from {{ ref("base_polar__events") }}
    where
        reject_reason is null
        and raw_row_number >= {{ first_new_row }}

),

first_by_id as (

    select
        polar_id,
        min(raw_row_number) as first_raw_row_number
    from {{ ref("base_polar__events") }}
    where
        reject_reason is null
        and polar_id is not null
        {% if is_incremental() %}
            and polar_id in (select new_rows.polar_id from new_rows)
        {% endif %}
    group by polar_id
    having count(*) > 1

),

copies_by_id as (

    select
        new_rows.raw_row_number,
        first_by_id.first_raw_row_number
    from new_rows
    inner join first_by_id
        on
            new_rows.polar_id = first_by_id.polar_id
            and new_rows.raw_row_number > first_by_id.first_raw_row_number

),

-- Of the rows that are first by their id, the first by external id.
first_by_external_id as (

    select
        external_id,
        min(raw_row_number) as first_raw_row_number
    from {{ ref("base_polar__events") }}
    where
        reject_reason is null
        and external_id is not null
        and raw_row_number not in (
            select copies_by_id.raw_row_number from copies_by_id
        )
        {% if is_incremental() %}
            and external_id in (select new_rows.external_id from new_rows)
            and raw_row_number not in (
                select known.raw_row_number
                from {{ this }} as known
                where known.is_copy_by_id
            )
        {% endif %}
    group by external_id
    having count(*) > 1

),

copies_by_external_id as (

    select
        new_rows.raw_row_number,
        first_by_external_id.first_raw_row_number
    from new_rows
    inner join first_by_external_id
        on
            new_rows.external_id = first_by_external_id.external_id
            and new_rows.raw_row_number > first_by_external_id.first_raw_row_number
    where
        new_rows.raw_row_number not in (
            select copies_by_id.raw_row_number from copies_by_id
        )

),

copies as (

    select
        raw_row_number,
        first_raw_row_number,
        true as is_copy_by_id
    from copies_by_id
    union all
    select
        raw_row_number,
        first_raw_row_number,
        false as is_copy_by_id
    from copies_by_external_id

),

compared as (

    select
        copies.raw_row_number,
        copies.first_raw_row_number,
        case
            when original.raw_row_number is null then 'conflicting_duplicate'
            else 'duplicate_delivery'
        end as reject_reason,
        copies.is_copy_by_id
    from copies
    inner join {{ ref("base_polar__events") }} as copied
        on copies.raw_row_number = copied.raw_row_number
    left outer join {{ ref("base_polar__events") }} as original
        on
            copies.first_raw_row_number = original.raw_row_number
            and {{ same_in_all(
                ["content_fingerprint", "event_name", "customer_id", "external_customer_id"],
                "copied",
                "original"
            ) }}

)

select * from compared
