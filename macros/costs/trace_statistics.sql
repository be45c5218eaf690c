{#-
  Steps of a query that sum up traces (spec/polar.md 9.1), the last of them named `trace_statistics`.
  `keys` are the columns of `traces` by which they are grouped. Percentiles are at position (n - 1) p of
  the sorted totals, between two of them on the line that joins them, exact.
-#}
{% macro trace_statistics(traces, keys) %}
    {% set percents = [10, 90, 99] %}
    {% set key_list = keys | join(", ") %}
    ranked as (

        select
            {{ key_list }},
            cost_amount,
            row_number() over (partition by {{ key_list }} order by cost_amount) - 1 as place,
            count(*) over (partition by {{ key_list }}) - 1 as last_place
        from {{ traces }}
        where cost_amount is not null

    ),

    neighbours as (

        select
            {{ key_list }},
            {% for percent in percents %}
                max(cost_amount) filter (where place = {{ divide_whole("last_place * " ~ percent, 100) }}) as p{{ percent }}_below,
                max(cost_amount) filter (where place = {{ divide_whole("(last_place * " ~ percent ~ " + 99)", 100) }}) as p{{ percent }}_above,
                max(last_place * {{ percent }} % 100) as p{{ percent }}_rest
                {{- "," if not loop.last }}
            {% endfor %}
        from ranked
        group by {{ key_list }}

    ),

    counted as (

        select
            {{ key_list }},
            count(*) as occurrences,
            count(distinct case when customer_id <> 'unattributed' then customer_id end) as customers,
            cast(sum(cost_amount) as {{ type_money() }}) as total,
            count(cost_amount) as known_count,
            cast(sum(unconverted_count) as bigint) as unconverted_count
        from {{ traces }}
        group by {{ key_list }}

    ),

    trace_statistics as (

        select
            counted.event_name,
            counted.occurrences,
            counted.customers,
            counted.total,
            {{ divide_exactly("counted.total", "cast(counted.known_count as " ~ type_money() ~ ")") }} as average,
            {% for percent in percents %}
                cast(
                    round(
                        neighbours.p{{ percent }}_below
                        + cast(neighbours.p{{ percent }}_above - neighbours.p{{ percent }}_below as decimal(34, 14))
                        * cast(neighbours.p{{ percent }}_rest * cast(0.01 as decimal(19, 2)) as decimal(4, 2)),
                        12
                    ) as decimal(38, 12)
                ) as p{{ percent }},
            {% endfor %}
            counted.unconverted_count
            {%- for key in keys if key != "event_name" %},
                counted.{{ key }}
            {%- endfor %}
        from counted
        left outer join neighbours
            on {{ same_in_all(keys, "counted", "neighbours") }}

    )
{% endmacro %}
