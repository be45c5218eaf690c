with newest_versions as (

    {{ newest_versions(ref("base_polar__customer_seats"), ["customer_seat_id"]) }}

)

select * from newest_versions
