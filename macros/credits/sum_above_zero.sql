{#-
  The steps to sums of `units` that never fall below zero on their way (spec/polar.md 5.1), by some keys, the
  last of them named `summed`: `units`, and `shift`, the plain sum. `order_columns` say which comes first.
-#}
{% macro sum_above_zero(steps, keys, order_columns) %}
    added as (

        select
            {{ keys | join(", ") }},
            sum(coalesce(units, 0)) over so_far as units_added,
            row_number() over so_far as step_number
        from {{ steps }}
        window so_far as (
            partition by {{ keys | join(", ") }}
            order by {{ order_columns | join(", ") }}
            rows between unbounded preceding and current row
        )

    ),

    summed as (

        select
            {{ keys | join(", ") }},
            max_by(units_added, step_number) as shift,
            max_by(units_added, step_number) - least(0, min(units_added)) as units
        from added
        group by {{ keys | join(", ") }}

    )
{% endmacro %}
