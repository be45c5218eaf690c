with newest_versions as (

    {{ newest_versions(ref("base_polar__benefits"), ["benefit_id"]) }}

)

select * from newest_versions
