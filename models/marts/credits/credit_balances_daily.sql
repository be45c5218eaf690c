with movements as (

    select
        customer_id,
        meter_id,
        movement_number,
        balance_units_after,
        {{ local_date("occurred_at") }} as date_day
    from {{ ref("credit_movements") }}

),

closing as (

    select
        customer_id,
        meter_id,
        max_by(balance_units_after, movement_number) as balance_units,
        count(*) as movement_count,
        date_day
    from movements
    group by customer_id, meter_id, date_day

)

select * from closing
