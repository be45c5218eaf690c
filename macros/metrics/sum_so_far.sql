{#- What changes add up to, from the opening bucket to a bucket, or to before it. -#}
{% macro sum_so_far(change) -%}
    coalesce(sum({{ change }}) over (order by buckets.bucket rows unbounded preceding), 0)
{%- endmacro %}

{% macro sum_before(change) -%}
    coalesce(
        sum({{ change }}) over (
            order by buckets.bucket
            rows between unbounded preceding and 1 preceding
        ),
        0
    )
{%- endmacro %}
