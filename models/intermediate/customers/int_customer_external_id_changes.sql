{{ config(materialized="incremental", incremental_strategy="append") }}

-- A log of whose each external id was as each run found it; event-grain models know from it which
-- events to give to another customer. A null customer says that the id is nobody's.

with current_ids as (

    select * from {{ ref("int_customer_external_ids") }}

),

logged as (

    {% if is_incremental() %}
        select
            external_customer_id,
            customer_id
        from {{ this }}
        qualify
            row_number() over (partition by external_customer_id order by run_number desc) = 1
    {% else %}
        select * from current_ids
        where false
    {% endif %}

),

compared as (

    select
        coalesce(current_ids.external_customer_id, logged.external_customer_id)
            as external_customer_id,
        current_ids.customer_id,
        {{ this_run_number() }} as run_number
    from current_ids
    full outer join logged
        on current_ids.external_customer_id = logged.external_customer_id
    where current_ids.customer_id is distinct from logged.customer_id

)

select * from compared
