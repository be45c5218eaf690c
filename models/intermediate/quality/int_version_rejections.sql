{{ config(materialized="view") }}

-- Rows of versioned entities that are not the newest readable version of their record.

{% for entity in get_versioned_entities() %}
    {% set name = entity.source_system ~ "__" ~ entity.entity %}
    select
        base_rows.raw_row_number,
        base_rows.load_number,
        base_rows.line_number,
        coalesce(base_rows.reject_reason, 'superseded_version') as reject_reason
    from {{ ref("base_" ~ name) }} as base_rows
    left outer join {{ ref("stg_" ~ name) }} as newest
        on base_rows.raw_row_number = newest.raw_row_number
    where newest.raw_row_number is null
    {% if not loop.last %}
        union all
    {% endif %}
{% endfor %}
