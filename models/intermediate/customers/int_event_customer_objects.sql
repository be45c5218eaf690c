{{ config(
    materialized="incremental",
    incremental_strategy="append",
    pre_hook="{{ clear_without_watermark() }}",
    post_hook="{{ record_watermark() }}",
) }}

-- The distinct `customer` objects that readable events carry. Copies count too: which of them
-- landed first must not decide what is known.

{% set first_new_row = get_first_new_row() %}

with new_objects as (

    select
        {{ customer_object_column_names() | join(", ") }},
        min(raw_row_number) as raw_row_number
    from {{ ref("base_polar__events") }}
    where
        raw_row_number >= {{ first_new_row }}
        and reject_reason is null
        and embedded_customer_id is not null
    group by {{ customer_object_column_names() | join(", ") }}

),

unknown_objects as (

    select new_objects.*
    from new_objects
    {% if is_incremental() %}
        left outer join {{ this }} as known
            on {{ same_in_all(customer_object_column_names(), "new_objects", "known") }}
        where known.raw_row_number is null
    {% endif %}

)

select * from unknown_objects
