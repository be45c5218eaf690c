{#-
  A definition, one row of `int_cost_metric_definitions`, as
    metric    its fields, with compiled paths
    problems  why it cannot be compiled: a list of rows of `rejected_definitions`
  The rules are those of spec/cost_metrics.md, Definition.
-#}
{% macro judge_cost_metric(definition) %}
    {% set metric = dict(definition) %}
    {% set problems = [] %}
    {% set subject = {
        "definition_kind": "cost_metric",
        "definition_source": definition["definition_source"],
        "definition_id": definition["cost_metric_id"] or definition["cost_metric_name"] or "(no id)",
    } %}
    {% for field in ["cost_metric_id", "cost_metric_name", "event_type", "value_path", "aggregation", "amount_unit"] %}
        {% if definition[field] is none %}
            {% do problems.append(definition_problem(subject, field, "missing_" ~ field, none, "is missing")) %}
        {% endif %}
    {% endfor %}
    {% if definition["is_duplicate"] %}
        {% do problems.append(definition_problem(
            subject, "cost_metric_id", "duplicate_definition", definition["cost_metric_id"],
            "is taken by another definition: give each cost metric an id of its own"
        )) %}
    {% endif %}
    {% if definition["aggregation"] and definition["aggregation"] | lower != "sum" %}
        {% do problems.append(definition_problem(
            subject, "aggregation", "unsupported_aggregation", definition["aggregation"],
            "must be sum, the only one for costs"
        )) %}
    {% endif %}
    {% if definition["amount_unit"] and definition["amount_unit"] | lower not in ["minor", "major"] %}
        {% do problems.append(definition_problem(
            subject, "amount_unit", "unknown_amount_unit", definition["amount_unit"],
            "must be minor (cents) or major (dollars)"
        )) %}
    {% endif %}
    {% if not definition["is_known_currency"] %}
        {% do problems.append(definition_problem(
            subject, "currency", "unknown_currency", definition["currency"],
            "must be a code of ISO 4217 such as usd"
        )) %}
    {% endif %}
    {% if definition["unit_cost"] is none %}
        {% do problems.append(definition_problem(
            subject, "unit_cost", "unreadable_unit_cost", definition["unit_cost_text"],
            "must be a decimal number of at most 18 whole digits and 12 decimals"
        )) %}
    {% endif %}
    {% do metric.update({
        "aggregation": (definition["aggregation"] or "") | lower,
        "amount_unit": (definition["amount_unit"] or "") | lower,
        "currency": definition["currency"] | lower if definition["currency"] else none,
        "value_keys": judge_json_path(subject, "value_path", definition["value_path"], problems),
        "currency_keys": judge_json_path(subject, "currency_path", definition["currency_path"], problems),
        "group_by": {},
        "dimension_keys": {},
    }) %}
    {#- The engine's reader of JSON lets more pass. -#}
    {% set group_by = fromjson(definition["group_by"] or "{}") %}
    {% if group_by is mapping and definition["is_readable_group_by"] %}
        {% do metric.update({"group_by": group_by}) %}
        {% for dimension_name, path in metric["group_by"].items() %}
            {% set place = "group_by " ~ dimension_name %}
            {% do metric["dimension_keys"].update({
                dimension_name: judge_json_path(subject, place, path, problems)
            }) %}
        {% endfor %}
    {% else %}
        {% do problems.append(definition_problem(
            subject, "group_by", "unreadable_group_by", definition["group_by"],
            'must be a JSON object of name and path such as {"model": "$.model"}, each name once'
        )) %}
    {% endif %}
    {{ return({"metric": metric, "problems": problems}) }}
{% endmacro %}
