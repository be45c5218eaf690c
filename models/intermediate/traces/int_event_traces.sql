{{ config(
    materialized="incremental",
    incremental_strategy="delete+insert",
    unique_key="raw_row_number",
    pre_hook="{{ clear_without_watermark() }}",
    post_hook="{{ record_watermark() }}",
) }}

-- The trace of every event that names a parent; all others are roots. An event that is its own
-- ancestor has no parent, and one with more ancestors than the limit is a root of its own.

{% set max_ancestors = 100 %}
{% set news = get_news() %}

{% if is_incremental() and not has_new_loads(news) %}

    select * from {{ this }}
    where false

{% else %}

with recursive parents as (

    select
        raw_row_number,
        parent_row_number
    from {{ ref("int_event_parents") }}

),

moved as (

    select raw_row_number
    from {{ ref("int_event_parents") }}
    where run_number > {{ news["run_number"] }}

),

-- What was in the trace of a moved event may move with it; so may what was cut off its parent.
{% if is_incremental() %}

    shaken_roots as (

        select root_row_number
        from {{ this }}
        where
            raw_row_number in (select moved.raw_row_number from moved)
            or (is_cut and exists (select 1 from moved))

    ),

    affected as (

        select raw_row_number from moved
        union
        select raw_row_number
        from {{ this }}
        where root_row_number in (select shaken_roots.root_row_number from shaken_roots)

    ),

{% else %}

    affected as (

        select raw_row_number from moved

    ),

{% endif %}

-- Up from each event, parent by parent, once round where they form a circle.
walked as (

    select
        affected.raw_row_number,
        parents.parent_row_number as ancestor_row_number,
        cast(1 as bigint) as step
    from affected
    inner join parents
        on affected.raw_row_number = parents.raw_row_number
    where parents.parent_row_number is not null
    union all
    select
        walked.raw_row_number,
        parents.parent_row_number as ancestor_row_number,
        walked.step + 1 as step
    from walked
    inner join parents
        on walked.ancestor_row_number = parents.raw_row_number
    where
        parents.parent_row_number is not null
        and walked.ancestor_row_number <> walked.raw_row_number
        and walked.step <= {{ max_ancestors }}

),

circles as (

    select distinct raw_row_number
    from walked
    where
        ancestor_row_number = raw_row_number
        and step <= {{ max_ancestors }}

),

-- A walk ends at the last ancestor there is, or at the first that belongs to a circle.
ended as (

    select
        walked.raw_row_number,
        coalesce(
            min(walked.step) filter (where circles.raw_row_number is not null),
            max(walked.step)
        ) as last_step
    from walked
    left outer join circles
        on walked.ancestor_row_number = circles.raw_row_number
    group by walked.raw_row_number

),

measured as (

    select
        affected.raw_row_number,
        coalesce(circles.raw_row_number is not null or ended.last_step > {{ max_ancestors }}, false)
            as is_cut,
        case
            when circles.raw_row_number is null and ended.last_step <= {{ max_ancestors }}
                then ended.last_step
            else 0
        end as depth
    from affected
    left outer join ended
        on affected.raw_row_number = ended.raw_row_number
    left outer join circles
        on affected.raw_row_number = circles.raw_row_number

),

traced as (

    select
        measured.raw_row_number,
        coalesce(walked.ancestor_row_number, measured.raw_row_number) as root_row_number,
        measured.depth,
        measured.is_cut
    from measured
    left outer join walked
        on
            measured.raw_row_number = walked.raw_row_number
            and measured.depth = walked.step

),

-- Only what is new or has changed is written. A former root is kept, because its trace lost events.
changed as (

    select
        traced.raw_row_number,
        traced.root_row_number,
        roots.event_id as trace_id,
        traced.depth,
        traced.is_cut,
        {% if is_incremental() %}
            case
                when known.raw_row_number is null then {{ empty_list("bigint") }}
                else {{ append_to_list("known.former_root_row_numbers", "known.root_row_number") }}
            end as former_root_row_numbers,
        {% else %}
            {{ empty_list("bigint") }} as former_root_row_numbers,
        {% endif %}
        {{ this_run_number() }} as run_number
    from traced
    inner join {{ ref("stg_polar__events") }} as roots
        on traced.root_row_number = roots.raw_row_number
    {% if is_incremental() %}
        left outer join {{ this }} as known
            on traced.raw_row_number = known.raw_row_number
        where
            known.raw_row_number is null
            or not ({{ same_in_all(["root_row_number", "depth", "is_cut"], "traced", "known") }})
    {% endif %}

)

select * from changed

{% endif %}
