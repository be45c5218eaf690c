{#-
  The columns of a seed of definitions. One that the file leaves out is null, one that nobody reads is an
  error: it is likely to be a misspelt name.
-#}
{% macro definition_columns(seed, columns) %}
    {% set given = [] %}
    {% if execute %}
        {% for column in adapter.get_columns_in_relation(seed) %}
            {% do given.append(column.name) %}
            {% if column.name not in columns %}
                {{ exceptions.raise_compiler_error(
                    "Seed " ~ seed.identifier ~ " has a column '" ~ column.name ~ "' that nobody reads: its columns are "
                    ~ columns | join(", ") ~ "."
                ) }}
            {% endif %}
        {% endfor %}
    {% endif %}
    {% for column in columns %}
        {% if given and column not in given %}cast(null as string) as {% endif %}{{ column }}
        {{- "," if not loop.last }}
    {% endfor %}
{% endmacro %}
