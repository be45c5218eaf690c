{#-
  What keeps a definition from being compiled, as a row of `rejected_definitions`. `subject` says whose
  definition it is: {"definition_kind": "cost_metric", "definition_source": "seed", "definition_id": "gpu"};
  `given` is what stands there, if anything.
-#}
{% macro definition_problem(subject, place, reject_reason, given, advice) %}
    {% set kind = subject["definition_kind"] | replace("_", " ") | capitalize %}
    {{ return(dict(
        subject,
        place=place,
        reject_reason=reject_reason,
        message=kind ~ " '" ~ subject["definition_id"] ~ "': " ~ place
            ~ (" " ~ given if given is not none and is_storable_text(given | string)) ~ " " ~ advice ~ "."
    )) }}
{% endmacro %}


{#- A JSONPath of a definition as the list of its keys; none, and a problem more, when it cannot be read. -#}
{% macro judge_json_path(subject, field, path, problems) %}
    {% if path is none %}
        {{ return(none) }}
    {% endif %}
    {% set compiled = compile_json_path(path) %}
    {% set position = compiled["problem_position"] %}
    {% if position is not none %}
        {% set problem = definition_problem(
            subject, field, "unsupported_json_path", path,
            "cannot be read from position " ~ position ~ " on: write $, then .key, ['key'] or [0]"
        ) %}
        {% do problem.update({"place": field ~ ", position " ~ position}) %}
        {% do problems.append(problem) %}
    {% endif %}
    {{ return(compiled["keys"]) }}
{% endmacro %}
