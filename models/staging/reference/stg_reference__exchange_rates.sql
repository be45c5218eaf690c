-- One rate per currency and day: the newest load wins.

with newest_versions as (

    {{ newest_versions(
        ref("base_reference__exchange_rates"), ["currency", "rate_date"], version_time=none
    ) }}

)

select * from newest_versions
