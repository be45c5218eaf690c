-- Row for row: every line of a file is an accepted row of its staging model or stands in
-- rejected_rows, never both, never neither. Files of events are looked at when they are new or the
-- verdict on one of their rows has changed; `make audit` looks at all.

{% set first_new_row = get_first_new_row() %}
{% set last_tested_load = get_news()["load_number"] %}
{% set is_rejudged = is_of_changed_verdict('load_number', get_news()) %}
{% set event_systems = get_event_sources() | map(attribute='source_system') | list %}

with loads as (
    select *
    from {{ ref('base_loads') }}
    where
        {% for entity in get_versioned_entities() %}
            (source_system = '{{ entity.source_system }}' and entity = '{{ entity.entity }}')
            or
        {% endfor %}
        (
            source_system in ({{ quote_list(event_systems) }})
            and entity = 'events'
            and (
                load_number > {{ last_tested_load }}
                or {{ is_rejudged }}
            )
        )
),

staged as (
    {% for event_system in event_systems %}
        select
            load_number,
            raw_row_number
        from {{ ref('stg_' ~ event_system ~ '__events') }}
        where
            raw_row_number >= {{ first_new_row }}
            or {{ is_rejudged }}
        {% if not loop.last %}
            union all
        {% endif %}
    {% endfor %}
    {% for entity in get_versioned_entities() %}
        union all
        select
            load_number,
            raw_row_number
        from {{ ref('stg_' ~ entity.source_system ~ '__' ~ entity.entity) }}
    {% endfor %}
),

rejected as (
    select
        loads.load_number,
        {{ raw_row_number('loads.load_number', 'rejected_rows.line_number') }} as raw_row_number
    from {{ ref('rejected_rows') }} as rejected_rows
    inner join loads
        on rejected_rows.load_id = loads.load_id
),

placed as (
    select * from staged
    union all
    select * from rejected
),

counted as (
    select
        load_number,
        count(*) as placed_count,
        count(distinct raw_row_number) as row_count
    from placed
    group by load_number
),

differing as (
    select
        loads.source_file,
        loads.row_count,
        counted.placed_count,
        counted.row_count as placed_once_count
    from loads
    left outer join counted
        on loads.load_number = counted.load_number
    where
        loads.row_count <> coalesce(counted.placed_count, 0)
        or loads.row_count <> coalesce(counted.row_count, 0)
)

select * from differing
