with newest_versions as (

    {{ newest_versions(ref("base_openmeter__meters"), ["meter_id"]) }}

)

select * from newest_versions
