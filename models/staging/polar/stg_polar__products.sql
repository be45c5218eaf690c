with newest_versions as (

    {{ newest_versions(ref("base_polar__products"), ["product_id"]) }}

)

select * from newest_versions
