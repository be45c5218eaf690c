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
        openmeter_source,
        openmeter_id,
        content_fingerprint
    from {{ ref("base_openmeter__events") }}
    where
        reject_reason is null
        and raw_row_number >= {{ first_new_row }}

),

repeated as (

    select
        openmeter_source,
        openmeter_id,
        min(raw_row_number) as first_raw_row_number
    from {{ ref("base_openmeter__events") }}
    where
        reject_reason is null
        {% if is_incremental() %}
            and (openmeter_source, openmeter_id) in (
                select
                    new_rows.openmeter_source,
                    new_rows.openmeter_id
                from new_rows
            )
        {% endif %}
    group by openmeter_source, openmeter_id
    having count(*) > 1

),

copies as (

    select
        new_rows.raw_row_number,
        new_rows.content_fingerprint,
        repeated.first_raw_row_number
    from new_rows
    inner join repeated
        on
            new_rows.openmeter_source = repeated.openmeter_source
            and new_rows.openmeter_id = repeated.openmeter_id
            and new_rows.raw_row_number > repeated.first_raw_row_number

),

compared as (

    select
        copies.raw_row_number,
        copies.first_raw_row_number,
        case
            when copies.content_fingerprint = original.content_fingerprint
                then 'duplicate_delivery'
            else 'conflicting_duplicate'
        end as reject_reason
    from copies
    inner join {{ ref("base_openmeter__events") }} as original
        on copies.first_raw_row_number = original.raw_row_number

)

select * from compared
