{#-
  A definition, one row of `int_cost_metric_definitions`, as
    metric    its fields, with compiled paths
    problems  why it cannot be compiled: a list of {"place", "reject_reason", "message"}
  The rules are those of spec/cost_metrics.md, Definition.
-#}
{% macro judge_cost_metric(definition) %}
    {% set metric = dict(definition) %}
    {% set problems = [] %}
    {% for field in ["cost_metric_id", "cost_metric_name", "event_type", "value_path", "aggregation", "amount_unit"] %}
        {% if definition[field] is none %}
            {% do problems.append(_problem(definition, field, "missing_" ~ field, "is missing")) %}
        {% endif %}
    {% endfor %}
    {% if definition["is_duplicate"] %}
        {% do problems.append(_problem(
            definition, "cost_metric_id", "duplicate_definition",
            "is taken by another definition: give each cost metric an id of its own"
        )) %}
    {% endif %}
    {% if definition["aggregation"] and definition["aggregation"] | lower != "sum" %}
        {% do problems.append(_problem(
            definition, "aggregation", "unsupported_aggregation", "must be sum, the only one for costs"
        )) %}
    {% endif %}
    {% if definition["amount_unit"] and definition["amount_unit"] | lower not in ["minor", "major"] %}
        {% do problems.append(_problem(
            definition, "amount_unit", "unknown_amount_unit", "must be minor (cents) or major (dollars)"
        )) %}
    {% endif %}
    {% if not definition["is_known_currency"] %}
        {% do problems.append(_problem(
            definition, "currency", "unknown_currency", "must be a code of ISO 4217 such as usd"
        )) %}
    {% endif %}
    {% if definition["unit_cost"] is none %}
        {% do problems.append(_problem(
            definition, "unit_cost", "unreadable_unit_cost",
            "must be a decimal number of at most 18 whole digits and 12 decimals"
        )) %}
    {% endif %}
    {% do metric.update({
        "aggregation": (definition["aggregation"] or "") | lower,
        "amount_unit": (definition["amount_unit"] or "") | lower,
        "currency": definition["currency"] | lower if definition["currency"] else none,
        "value_keys": _judge_path(definition, "value_path", definition["value_path"], problems),
        "currency_keys": _judge_path(definition, "currency_path", definition["currency_path"], problems),
        "group_by": {},
        "dimension_keys": {},
    }) %}
    {% if definition["is_readable_group_by"] %}
        {% do metric.update({"group_by": fromjson(definition["group_by"] or "{}")}) %}
        {% for dimension_name, path in metric["group_by"].items() %}
            {% set place = "group_by " ~ dimension_name %}
            {% do metric["dimension_keys"].update({
                dimension_name: _judge_path(definition, place, path, problems)
            }) %}
        {% endfor %}
    {% else %}
        {% do problems.append(_problem(
            definition, "group_by", "unreadable_group_by",
            'must be a JSON object of name and path such as {"model": "$.model"}, each name once'
        )) %}
    {% endif %}
    {{ return({"metric": metric, "problems": problems}) }}
{% endmacro %}


{#- The keys of a path; none, and a problem more, when it cannot be read. -#}
{% macro _judge_path(definition, field, path, problems) %}
    {% if path is none %}
        {{ return(none) }}
    {% endif %}
    {% set compiled = compile_json_path(path) %}
    {% set position = compiled["problem_position"] %}
    {% if position is not none %}
        {% do problems.append({
            "place": field ~ ", position " ~ position,
            "reject_reason": "unsupported_json_path",
            "message": "Cost metric '" ~ _name_of(definition) ~ "': " ~ field ~ " " ~ path
                ~ " cannot be read from position " ~ position
                ~ " on: write $, then .key, ['key'] or [0].",
        }) %}
    {% endif %}
    {{ return(compiled["keys"]) }}
{% endmacro %}


{% macro _problem(definition, field, reject_reason, advice) %}
    {% set given = definition.get(field ~ "_text", definition[field]) %}
    {{ return({
        "place": field,
        "reject_reason": reject_reason,
        "message": "Cost metric '" ~ _name_of(definition) ~ "': " ~ field
            ~ ("" if given is none else " " ~ given) ~ " " ~ advice ~ ".",
    }) }}
{% endmacro %}


{#- How a definition is known when it has no id. -#}
{% macro _name_of(definition) %}
    {{ return(definition["cost_metric_id"] or definition["cost_metric_name"] or "(no id)") }}
{% endmacro %}
