{#-
  Sums of units that never fall below zero on their way (spec/polar.md 5.1). Adding to such a sum is
  `greatest(floor, sum + shift)`, and so are many such steps, one after the other: the shift is their plain sum,
  the floor is what is there at the end if the sum began with nothing. `expressions` are named and null where nothing
  is added.
-#}


{#- The running plain sums, as columns `<name>_so_far`. -#}
{% macro running_sums(expressions, window) %}
    {% for name, expression in expressions.items() %}
        coalesce(sum({{ expression }}) over {{ window }}, 0) as {{ name }}_so_far{{ "," if not loop.last }}
    {% endfor %}
{% endmacro %}


{#- Of running sums that are grouped: columns `<name>_shift` and `<name>_floor`. -#}
{% macro shifts_and_floors(names, step_number) %}
    {% for name in names %}
        max_by({{ name }}_so_far, {{ step_number }}) as {{ name }}_shift,
        max_by({{ name }}_so_far, {{ step_number }}) - least(0, min({{ name }}_so_far))
            as {{ name }}_floor{{ "," if not loop.last }}
    {% endfor %}
{% endmacro %}
