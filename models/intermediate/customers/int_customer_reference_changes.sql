{{ config(
    materialized="incremental",
    incremental_strategy="append",
    post_hook="{{ record_watermark() }}",
) }}

-- A log of whose each reference was as each run found it; event-grain models know from it which
-- events to give to another customer. A null customer says that the reference stands for itself.

with current_references as (

    select * from {{ ref("int_customer_references") }}

),

logged as (

    {% if is_incremental() %}
        select
            customer_reference,
            customer_id
        from {{ this }}
        qualify row_number() over (partition by customer_reference order by run_number desc) = 1
    {% else %}
        select * from current_references
        where false
    {% endif %}

),

compared as (

    select
        coalesce(current_references.customer_reference, logged.customer_reference)
            as customer_reference,
        current_references.customer_id,
        {{ this_run_number() }} as run_number
    from current_references
    full outer join logged
        on current_references.customer_reference = logged.customer_reference
    where current_references.customer_id is distinct from logged.customer_id

)

select * from compared
