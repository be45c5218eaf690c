with newest_versions as (

    {{ newest_versions(ref("base_polar__orders"), ["order_id"]) }}

)

select * from newest_versions
