with newest_versions as (

    {{ newest_versions(ref("base_polar__customers"), ["customer_id"]) }}

)

select * from newest_versions
