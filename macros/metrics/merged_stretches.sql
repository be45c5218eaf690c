{#-
  Stretches of buckets by some key, from `from_bucket` to before `to_bucket`, cut so that no two of a key overlap
  and all together cover what they covered: of each, the part after the end of all that began before it.
-#}
{% macro merged_stretches(stretches, key) %}
    with ordered as (

        select
            {{ key }},
            from_bucket,
            to_bucket,
            max(to_bucket) over (
                partition by {{ key }}
                order by from_bucket, to_bucket
                rows between unbounded preceding and 1 preceding
            ) as covered_to
        from {{ stretches }}
        where {{ key }} is not null

    )

    select
        {{ key }},
        case when covered_to > from_bucket then covered_to else from_bucket end as from_bucket,
        to_bucket
    from ordered
    where covered_to is null or to_bucket > covered_to
{% endmacro %}


{#- How many keys such stretches gain and lose in each bucket. -#}
{% macro changes_of_stretches(stretches) %}
    with steps as (

        select
            from_bucket as bucket,
            1 as direction
        from {{ stretches }}
        union all
        select
            to_bucket as bucket,
            -1 as direction
        from {{ stretches }}

    )

    select
        bucket,
        sum(direction) as change
    from steps
    group by bucket
{% endmacro %}
