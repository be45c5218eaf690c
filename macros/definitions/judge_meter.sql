{#-
  A definition, one row of `int_meter_definitions`, as
    meter     its fields; its filter as `tokens` (`compile_filter`); what it measures as `value`, and its
              `dimensions` by name: {"built_in", "keys"} like a property, none when there is nothing to read
    problems  why it cannot be compiled: a list of rows of `rejected_definitions`
  The rules are those of spec/polar.md 3 and 4.
-#}
{% macro judge_meter(definition) %}
    {% set problems = [] %}
    {% set subject = {
        "definition_kind": "meter",
        "definition_source": definition["definition_source"],
        "definition_id": definition["meter_id"] or definition["meter_name"] or "(no id)",
    } %}
    {% set aggregation = (definition["aggregation"] or "") | lower %}
    {% set is_openmeter = definition["definition_source"] == "openmeter/meters" %}
    {% set meter = dict(
        definition,
        source_system=definition["definition_source"].split("/")[0],
        aggregation="unique" if is_openmeter and aggregation == "unique_count" else aggregation,
        tokens=[],
        value=none,
        group_by={},
        dimensions={}
    ) %}
    {% if definition["meter_id"] is none %}
        {% do problems.append(definition_problem(subject, "meter_id", "missing_meter_id", none, "is missing")) %}
    {% endif %}
    {% if definition["is_duplicate"] %}
        {% do problems.append(definition_problem(
            subject, "meter_id", "duplicate_definition", definition["meter_id"],
            "is taken by another definition: give each meter an id of its own"
        )) %}
    {% endif %}
    {% if not definition["is_readable_archived_at"] %}
        {% do problems.append(definition_problem(
            subject, "archived_at", "unreadable_archived_at", definition["archived_at_text"],
            "must be a time such as 2026-01-31T00:00:00Z"
        )) %}
    {% endif %}
    {% do _judge_filter(subject, definition, meter, problems) %}
    {% do _judge_aggregation(subject, definition, meter, problems) %}
    {% do _judge_group_by(subject, definition, meter, problems) %}
    {{ return({"meter": meter, "problems": problems}) }}
{% endmacro %}


{#- An OpenMeter meter counts a type of event, and its filter is made of that. -#}
{% macro _judge_filter(subject, definition, meter, problems) %}
    {% set is_openmeter = meter["source_system"] == "openmeter" %}
    {% if definition["filter_json"] is none %}
        {% if is_openmeter %}
            {% do problems.append(definition_problem(
                subject, "event_type", "missing_event_type", none, "is missing"
            )) %}
        {% else %}
            {% do problems.append(definition_problem(
                subject, "filter", "missing_filter", none,
                'is missing: {"conjunction": "and", "clauses": []} counts every event'
            )) %}
        {% endif %}
        {{ return(none) }}
    {% endif %}
    {% set compiled = compile_filter(definition["filter_json"]) %}
    {% do meter.update({"tokens": compiled["tokens"]}) %}
    {% for problem in compiled["problems"] %}
        {% do problems.append(definition_problem(
            subject, "event_type" if is_openmeter else problem["place"],
            problem["reject_reason"], problem["given"], problem["advice"]
        )) %}
    {% endfor %}
{% endmacro %}


{% macro _judge_aggregation(subject, definition, meter, problems) %}
    {% if definition["aggregation"] is none %}
        {% do problems.append(definition_problem(
            subject, "aggregation", "missing_aggregation", none, "is missing"
        )) %}
    {% elif meter["aggregation"] not in ["count", "sum", "avg", "min", "max", "unique", "latest"] %}
        {% do problems.append(definition_problem(
            subject, "aggregation", "unknown_aggregation", definition["aggregation"],
            "must be count, sum, avg, min, max, unique or latest"
        )) %}
    {% endif %}
    {% if meter["aggregation"] not in ["sum", "avg", "min", "max", "unique", "latest"] %}
        {#- A count measures nothing, and what is no aggregation may be one. -#}
        {{ return(none) }}
    {% endif %}
    {% if definition["value_path"] is none %}
        {% do problems.append(definition_problem(
            subject, "value_path", "missing_value_path", none, "is missing: say what to measure"
        )) %}
    {% else %}
        {% set value = _judge_value_path(subject, meter, "value_path", definition["value_path"], problems) %}
        {#- `unique` looks at metadata whatever the name (spec/polar.md 4). -#}
        {% if value is not none and meter["aggregation"] == "unique" %}
            {% do value.update({"built_in": none}) %}
        {% endif %}
        {% do meter.update({"value": value}) %}
    {% endif %}
{% endmacro %}


{#- A JSONPath, or a property as Polar writes it; the seed may use either. -#}
{% macro _judge_value_path(subject, meter, place, path, problems) %}
    {% set is_json_path = meter["source_system"] == "openmeter"
        or (meter["source_system"] == "seed" and path.startswith("$")) %}
    {% if is_json_path %}
        {{ return({"built_in": none, "keys": judge_json_path(subject, place, path, problems)}) }}
    {% endif %}
    {% set property = compile_property(path) %}
    {% if property is none %}
        {% do problems.append(definition_problem(
            subject, place, "unreadable_property", none,
            "must be the path of a metadata key such as _llm.total_tokens"
        )) %}
    {% endif %}
    {{ return(property) }}
{% endmacro %}


{% macro _judge_group_by(subject, definition, meter, problems) %}
    {% if definition["group_by_json"] is none %}
        {{ return(none) }}
    {% endif %}
    {% set group_by = fromjson(definition["group_by_json"]) %}
    {% if group_by is not mapping or not definition["is_readable_group_by"] %}
        {% do problems.append(definition_problem(
            subject, "group_by", "unreadable_group_by", definition["group_by_json"],
            'must be a JSON object of name and path such as {"model": "$.model"}, each name once'
        )) %}
        {{ return(none) }}
    {% endif %}
    {% do meter.update({"group_by": group_by}) %}
    {% for dimension_name, path in group_by.items() %}
        {% do meter["dimensions"].update({
            dimension_name: _judge_value_path(subject, meter, "group_by " ~ dimension_name, path, problems)
        }) %}
    {% endfor %}
{% endmacro %}
