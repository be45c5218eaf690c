-- One definition per metric: the newest landed wins.

with newest_versions as (

    {{ newest_versions(
        ref("base_paygentic__cost_metrics"), ["cost_metric_id"], version_time=none
    ) }}

)

select * from newest_versions
