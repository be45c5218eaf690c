{#-
  What each step adds to the credits of a window in which some are taken back, the last CTE of them named
  `floored_steps`. Credits never fall below zero: what is taken back beyond that is forgotten (spec/polar.md 5.1).
-#}
{% macro floored_steps(news) %}
    ordered_steps as (

        {{ of_changed_windows(ref("int_credit_steps"), news) }}

    ),

    revocable_windows as (

        {{ of_changed_windows(ref("int_credit_windows"), news) }}

    ),

    revocable_steps as (

        select
            ordered_steps.*,
            row_number() over so_far as step_number,
            coalesce(sum(ordered_steps.units) over so_far, 0) as credited_so_far
        from ordered_steps
        inner join revocable_windows
            on
                ordered_steps.customer_id = revocable_windows.customer_id
                and ordered_steps.meter_id = revocable_windows.meter_id
                and ordered_steps.window_start = revocable_windows.window_start
        where revocable_windows.has_revocations
        window so_far as (
            partition by ordered_steps.customer_id, ordered_steps.meter_id, ordered_steps.window_start
            order by {{ credit_step_order("ordered_steps") }}
            rows between unbounded preceding and current row
        )

    ),

    floored_steps as (

        select
            step_id,
            coalesce(units, 0)
            - least(0, min(credited_so_far) over so_far)
            + least(0, min(credited_so_far - coalesce(units, 0)) over so_far) as credited_units
        from revocable_steps
        window so_far as (
            partition by customer_id, meter_id, window_start
            order by step_number
            rows between unbounded preceding and current row
        )

    )
{% endmacro %}
