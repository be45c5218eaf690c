with newest_versions as (

    {{ newest_versions(ref("base_polar__benefit_grants"), ["benefit_grant_id"]) }}

)

select * from newest_versions
