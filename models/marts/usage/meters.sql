with meters as (

    select
        meter_id,
        meter_name,
        source_system,
        filter_json,
        aggregation,
        value_path,
        group_by_json,
        archived_at is not null as is_archived,
        archived_at
    from {{ ref("int_meters") }}

)

select * from meters
