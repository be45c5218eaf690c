with newest_versions as (

    {{ newest_versions(ref("base_polar__checkouts"), ["checkout_id"]) }}

)

select * from newest_versions
