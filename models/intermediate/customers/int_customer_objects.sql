-- Everything that records tell about customers: `customers` exports and the objects embedded in
-- orders, subscriptions and events.

with exported as (

    select
        customer_id,
        external_customer_id,
        customer_name,
        raw_row_number,
        created_at,
        modified_at,
        deleted_at
    from {{ ref("stg_polar__customers") }}

),

{% for entity in ["orders", "subscriptions"] %}

    in_{{ entity }} as (

        select
            {{ customer_object_column_names() | join(", ") }},
            max(raw_row_number) as raw_row_number
        from {{ ref("stg_polar__" ~ entity) }}
        group by {{ customer_object_column_names() | join(", ") }}

    ),

{% endfor %}

embedded as (

    select * from in_orders
    union all
    select * from in_subscriptions
    union all
    select * from {{ ref("int_event_customer_objects") }}

),

combined as (

    select
        *,
        true as is_export
    from exported
    union all
    select
        embedded_customer_id as customer_id,
        embedded_external_customer_id as external_customer_id,
        embedded_customer_name as customer_name,
        raw_row_number,
        embedded_customer_created_at as created_at,
        embedded_customer_modified_at as modified_at,
        embedded_customer_deleted_at as deleted_at,
        false as is_export
    from embedded
    where embedded_customer_id is not null

)

select * from combined
