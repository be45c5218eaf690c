{{ config(
    materialized="incremental",
    incremental_strategy="delete+insert",
    unique_key="customer_reference",
    pre_hook="{{ clear_without_watermark() }}",
    post_hook="{{ record_watermark() }}",
) }}

-- One row per customer that readable events name, as they name it.

{% set first_new_row = get_first_new_row() %}

with new_events as (

    select
        customer_reference,
        customer_id,
        case when customer_id is null then paygentic_customer_id end as paygentic_customer_id,
        case
            when customer_id is null and paygentic_customer_id is null then external_customer_id
        end as external_customer_id,
        occurred_at
    from {{ ref("int_events") }}
    where raw_row_number >= {{ first_new_row }}

),

newly_seen as (

    select
        customer_reference,
        customer_id,
        paygentic_customer_id,
        external_customer_id,
        min(occurred_at) as first_seen_at
    from new_events
    group by customer_reference, customer_id, paygentic_customer_id, external_customer_id

),

{% if is_incremental() %}

    merged as (

        select
            newly_seen.customer_reference,
            newly_seen.customer_id,
            newly_seen.paygentic_customer_id,
            newly_seen.external_customer_id,
            least(newly_seen.first_seen_at, seen.first_seen_at) as first_seen_at
        from newly_seen
        left outer join {{ this }} as seen
            on newly_seen.customer_reference = seen.customer_reference

    )

{% else %}

    merged as (

        select * from newly_seen

    )

{% endif %}

select * from merged
