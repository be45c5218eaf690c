{#-
  Steps of a query that sum up traces (spec/polar.md 9.1), the last of them named `trace_statistics`.
  `keys` are the columns of `traces` by which they are grouped, `event_name` among them.
-#}
{% macro trace_statistics(traces, keys) %}
    collected as (

        select
            {{ keys | join(", ") }},
            count(*) as occurrences,
            count(distinct case when customer_id <> 'unattributed' then customer_id end) as customers,
            cast(sum(cost_amount) as {{ type_money() }}) as total,
            count(cost_amount) as known_count,
            {{ sorted_list("cost_amount") }} as amounts,
            cast(sum(unconverted_count) as bigint) as unconverted_count
        from {{ traces }}
        group by {{ keys | join(", ") }}

    ),

    trace_statistics as (

        select
            event_name,
            occurrences,
            customers,
            total,
            {{ divide_exactly("total", "cast(known_count as " ~ type_money() ~ ")") }} as average,
            {% for percent in [10, 90, 99] %}
                {{ interpolated_percentile("amounts", percent) }} as p{{ percent }},
            {% endfor %}
            unconverted_count
            {%- for key in keys if key != "event_name" %},
                {{ key }}
            {%- endfor %}
        from collected

    )
{% endmacro %}
