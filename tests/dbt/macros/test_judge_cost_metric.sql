-- Every rule of a definition, broken alone: where, and why (spec/cost_metrics.md, Definition). Two
-- broken rules are two problems. What is given differs from a definition that breaks none.
{% set sound = {
    "definition_source": "seed",
    "cost_metric_id": "gpu",
    "cost_metric_name": "GPU",
    "event_type": "compute",
    "value_path": "$.seconds",
    "aggregation": "sum",
    "currency": none,
    "currency_path": none,
    "amount_unit": "major",
    "unit_cost_text": "1",
    "unit_cost": "1.000000000000",
    "group_by": none,
    "is_known_currency": true,
    "is_readable_group_by": true,
    "is_duplicate": false,
} %}
{% set cases = [
    [{}, []],
    [{"aggregation": "SUM", "amount_unit": "Minor", "currency": "EUR", "event_type": "*"}, []],
    [{"currency_path": "$.currency", "group_by": '{"model": "$.model"}'}, []],
    [{"event_type": ""}, []],
    [{"cost_metric_id": none}, [["cost_metric_id", "missing_cost_metric_id"]]],
    [{"cost_metric_name": none}, [["cost_metric_name", "missing_cost_metric_name"]]],
    [{"event_type": none}, [["event_type", "missing_event_type"]]],
    [{"value_path": none}, [["value_path", "missing_value_path"]]],
    [{"aggregation": none}, [["aggregation", "missing_aggregation"]]],
    [{"amount_unit": none}, [["amount_unit", "missing_amount_unit"]]],
    [{"is_duplicate": true}, [["cost_metric_id", "duplicate_definition"]]],
    [{"aggregation": "avg"}, [["aggregation", "unsupported_aggregation"]]],
    [{"amount_unit": "cents"}, [["amount_unit", "unknown_amount_unit"]]],
    [{"currency": "doge", "is_known_currency": false}, [["currency", "unknown_currency"]]],
    [{"unit_cost": none, "unit_cost_text": "dear"}, [["unit_cost", "unreadable_unit_cost"]]],
    [{"value_path": "seconds"}, [["value_path, position 1", "unsupported_json_path"]]],
    [{"value_path": ""}, [["value_path, position 1", "unsupported_json_path"]]],
    [{"value_path": "$.items[*]"}, [["value_path, position 8", "unsupported_json_path"]]],
    [{"currency_path": "$..currency"}, [["currency_path, position 2", "unsupported_json_path"]]],
    [
        {"group_by": '{"model": "$.model", "first item": "$.items[-1]", "all": "$.*"}'},
        [
            ["group_by first item, position 8", "unsupported_json_path"],
            ["group_by all, position 2", "unsupported_json_path"],
        ],
    ],
    [{"group_by": "$.model", "is_readable_group_by": false}, [["group_by", "unreadable_group_by"]]],
    [
        {"aggregation": "max", "value_path": "$.a[", "is_duplicate": true},
        [
            ["cost_metric_id", "duplicate_definition"],
            ["aggregation", "unsupported_aggregation"],
            ["value_path, position 4", "unsupported_json_path"],
        ],
    ],
] %}

{#- Everything that a sound definition becomes, and two messages in full. -#}
{% set metric = judge_cost_metric(dict(sound, **{
    "aggregation": "SUM",
    "amount_unit": "Minor",
    "currency": "EUR",
    "currency_path": "$.currency",
    "value_path": "$.items[0]['a.b']",
    "group_by": '{"model": "$.llm.model"}',
}))["metric"] %}
{% set bad_path = judge_cost_metric(dict(sound, value_path="$.items[*]"))["problems"][0] %}
{% set bad_unit_cost = judge_cost_metric(
    dict(sound, cost_metric_id=none, unit_cost=none, unit_cost_text="dear")
)["problems"][1] %}
{% set outcomes = [
    ["sum", metric["aggregation"]],
    ["minor", metric["amount_unit"]],
    ["eur", metric["currency"]],
    [["items", 0, "a.b"], metric["value_keys"]],
    [["currency"], metric["currency_keys"]],
    [{"model": "$.llm.model"}, metric["group_by"]],
    [{"model": ["llm", "model"]}, metric["dimension_keys"]],
    [none, judge_cost_metric(sound)["metric"]["currency_keys"]],
    [
        "Cost metric 'gpu': value_path $.items[*] cannot be read from position 8 on:"
        ~ " write $, then .key, ['key'] or [0].",
        bad_path["message"],
    ],
    [
        "Cost metric 'GPU': unit_cost dear must be a decimal number of at most 18 whole digits and 12 decimals.",
        bad_unit_cost["message"],
    ],
] %}

with listed (given, expected, actual) as (
    values
    {% for case in cases %}
        {% set problems = [] %}
        {% for problem in judge_cost_metric(dict(sound, **case[0]))["problems"] %}
            {% do problems.append([problem["place"], problem["reject_reason"]]) %}
        {% endfor %}
        (
            {{ text_literal(tojson(case[0])) }},
            {{ text_literal(tojson(case[1])) }},
            {{ text_literal(tojson(problems)) }}
        ),
    {% endfor %}
    {% for outcome in outcomes %}
        (
            'outcome {{ loop.index }}',
            {{ text_literal(tojson(outcome[0])) }},
            {{ text_literal(tojson(outcome[1])) }}
        )
        {{- "," if not loop.last }}
    {% endfor %}
),

failures as (
    select *
    from listed
    where actual is distinct from expected
)

select * from failures
