with newest_versions as (

    {{ newest_versions(ref("base_polar__refunds"), ["refund_id"]) }}

)

select * from newest_versions
