with newest_versions as (

    {{ newest_versions(ref("base_polar__subscriptions"), ["subscription_id"]) }}

)

select * from newest_versions
