-- Every rule of a meter's definition, broken alone: where, and why (spec/polar.md 3 and 4). Two
-- broken rules are two problems. What is given differs from a definition that breaks none.
{% set clause = {"property": "name", "operator": "eq", "value": "call"} %}
{% set sound = {
    "definition_source": "polar/meters",
    "meter_id": "tokens",
    "meter_name": "Tokens",
    "filter_json": tojson({"conjunction": "and", "clauses": [clause]}),
    "aggregation": "sum",
    "value_path": "_llm.total_tokens",
    "group_by_json": none,
    "archived_at_text": none,
    "archived_at": none,
    "is_readable_archived_at": true,
    "is_readable_group_by": true,
    "is_duplicate": false,
} %}
{% set seeded = {"definition_source": "seed"} %}
{% set landed = {"definition_source": "openmeter/meters", "value_path": "$.tokens"} %}
{% set cases = [
    [{}, []],
    [{"aggregation": "COUNT", "value_path": none}, []],
    [dict(landed, aggregation="UNIQUE_COUNT"), []],
    [dict(landed, aggregation="LATEST"), []],
    [dict(seeded, group_by_json='{"model": "$._llm.model", "vendor": "_llm.vendor"}'), []],
    [dict(seeded, value_path="$._llm['total_tokens']"), []],
    [{"value_path": "$x"}, []],
    [{"meter_id": none}, [["meter_id", "missing_meter_id"]]],
    [{"is_duplicate": true}, [["meter_id", "duplicate_definition"]]],
    [
        {"archived_at_text": "soon", "is_readable_archived_at": false},
        [["archived_at", "unreadable_archived_at"]],
    ],
    [{"filter_json": none}, [["filter", "missing_filter"]]],
    [dict(landed, filter_json=none), [["event_type", "missing_event_type"]]],
    [{"aggregation": none}, [["aggregation", "missing_aggregation"]]],
    [{"aggregation": "median"}, [["aggregation", "unknown_aggregation"]]],
    [{"aggregation": "median", "value_path": none}, [["aggregation", "unknown_aggregation"]]],
    [{"value_path": none}, [["value_path", "missing_value_path"]]],
    [{"value_path": ""}, [["value_path", "unreadable_property"]]],
    [{"value_path": "a..b"}, [["value_path", "unreadable_property"]]],
    [dict(landed, value_path="tokens"), [["value_path, position 1", "unsupported_json_path"]]],
    [dict(seeded, value_path="$.tokens[*]"), [["value_path, position 9", "unsupported_json_path"]]],
    [
        dict(landed, group_by_json='{"model": "model", "vendor": "$.vendor"}'),
        [["group_by model, position 1", "unsupported_json_path"]],
    ],
    [
        dict(landed, group_by_json='["model"]', is_readable_group_by=false),
        [["group_by", "unreadable_group_by"]],
    ],
    [
        {"is_duplicate": true, "aggregation": "mode", "filter_json": "{}"},
        [
            ["meter_id", "duplicate_definition"],
            ["filter.conjunction", "unknown_conjunction"],
            ["filter.clauses", "unreadable_clauses"],
            ["aggregation", "unknown_aggregation"],
        ],
    ],
] %}

{#- Filters in full, as they were given, and those with one member that is wrong. -#}
{% set filters = [
    ['{"conjunction": "and", "clauses": []}', []],
    ['{"conjunction": "or", "clauses": [{"conjunction": "and", "clauses": []}]}', []],
    ['', [["filter", "unreadable_filter"]]],
    ['{"conjunction": "and"', [["filter", "unreadable_filter"]]],
    ['null', [["filter", "unreadable_filter"]]],
    ['[]', [["filter", "unreadable_filter"]]],
    ['"and"', [["filter", "unreadable_filter"]]],
    ['{"clauses": []}', [["filter.conjunction", "unknown_conjunction"]]],
    ['{"conjunction": "AND", "clauses": []}', [["filter.conjunction", "unknown_conjunction"]]],
    ['{"conjunction": "and", "clauses": {}}', [["filter.clauses", "unreadable_clauses"]]],
    ['{"conjunction": "and", "clauses": "none"}', [["filter.clauses", "unreadable_clauses"]]],
    [
        '{"conjunction": "and", "clauses": [{"conjunction": "xor", "clauses": []}]}',
        [["filter.clauses[0].conjunction", "unknown_conjunction"]],
    ],
    ['{"conjunction": "and", "clauses": [1, [], null]}', [
        ["filter.clauses[0]", "unreadable_clause"],
        ["filter.clauses[1]", "unreadable_clause"],
        ["filter.clauses[2]", "unreadable_clause"],
    ]],
    ['{"conjunction": "and", "clauses": [{}]}', [
        ["filter.clauses[0].property", "unreadable_property"],
        ["filter.clauses[0].operator", "unknown_operator"],
        ["filter.clauses[0].value", "unreadable_value"],
    ]],
    [
        '{"conjunction": "and", "clauses": [' ~ '{"conjunction": "or", "clauses": [' * 99 ~ "]}" * 99 ~ "]}",
        [],
    ],
    [
        '{"conjunction": "and", "clauses": [' ~ '{"conjunction": "or", "clauses": [' * 101 ~ "]}" * 101 ~ "]}",
        [["filter", "nested_too_deep"]],
    ],
    ["[" * 100000, [["filter", "nested_too_deep"]]],
] %}
{% for member, given, reject_reason in [
    ["value", '""', none],
    ["value", '"' ~ "a" * 1000 ~ '"', none],
    ["value", '"' ~ "a" * 1001 ~ '"', "unreadable_value"],
    ["value", '"\\u0000"', "unreadable_value"],
    ["value", '"\\ud800"', "unreadable_value"],
    ["value", "2147483647", none],
    ["value", "2147483648", "unreadable_value"],
    ["value", "-2147483648", none],
    ["value", "-2147483649", "unreadable_value"],
    ["value", "1.0", none],
    ["value", "1e3", none],
    ["value", "1.5", "unreadable_value"],
    ["value", "NaN", "unreadable_value"],
    ["value", "-Infinity", "unreadable_value"],
    ["value", "1e400", "unreadable_value"],
    ["value", "true", none],
    ["value", "null", "unreadable_value"],
    ["value", "[1]", "unreadable_value"],
    ["value", '{"a": 1}', "unreadable_value"],
    ["operator", '"equals"', "unknown_operator"],
    ["operator", '"EQ"', "unknown_operator"],
    ["operator", "null", "unknown_operator"],
    ["operator", '["eq"]', "unknown_operator"],
    ["operator", '"\\ud800"', "unknown_operator"],
    ["property", '"metadata.a"', none],
    ["property", '"metadata"', none],
    ["property", '"metadata."', "unreadable_property"],
    ["property", '""', "unreadable_property"],
    ["property", '"a."', "unreadable_property"],
    ["property", '"a\\u0000"', "unreadable_property"],
    ["property", '"a' ~ ".a" * 99 ~ '"', none],
    ["property", '"a' ~ ".a" * 100 ~ '"', "unreadable_property"],
    ["property", "5", "unreadable_property"],
    ["property", "null", "unreadable_property"],
] %}
    {% set members = {"property": '"p"', "operator": '"eq"', "value": '"x"'} %}
    {% do members.update({member: given}) %}
    {% set texts = [] %}
    {% for name, text in members.items() %}
        {% do texts.append('"' ~ name ~ '": ' ~ text) %}
    {% endfor %}
    {% do filters.append([
        '{"conjunction": "and", "clauses": [{' ~ texts | join(", ") ~ "}]}",
        [["filter.clauses[0]." ~ member, reject_reason]] if reject_reason else [],
    ]) %}
{% endfor %}
{% for filter_json, problems in filters %}
    {% do cases.append([{"filter_json": filter_json}, problems]) %}
{% endfor %}

{#- What sound definitions become, and two messages in full. -#}
{% set plain = judge_meter(sound)["meter"] %}
{% set unique_name = judge_meter(
    dict(sound, aggregation="unique", value_path="metadata.name")
)["meter"] %}
{% set by_path = judge_meter(dict(sound, **dict(
    landed,
    aggregation="UNIQUE_COUNT",
    value_path="$.items[0]['a.b']",
    group_by_json='{"model": "$.model"}',
)))["meter"] %}
{% set bad_clause = {"property": "p", "operator": "is; drop table x", "value": 1} %}
{% set bad_operator = judge_meter(dict(sound, filter_json=tojson({
    "conjunction": "and", "clauses": [{"conjunction": "or", "clauses": [bad_clause]}],
})))["problems"][0] %}
{% set bad_path = judge_meter(dict(sound, **dict(landed, value_path="tokens")))["problems"][0] %}
{% set name_clause = dict(clause, property={"built_in": "name", "keys": ["name"]}) %}
{% set outcomes = [
    [["(", name_clause, ")"], plain["tokens"]],
    ["polar", plain["source_system"]],
    [{"built_in": none, "keys": ["_llm", "total_tokens"]}, plain["value"]],
    [{"built_in": none, "keys": ["name"]}, unique_name["value"]],
    ["unique", by_path["aggregation"]],
    ["openmeter", by_path["source_system"]],
    [{"built_in": none, "keys": ["items", 0, "a.b"]}, by_path["value"]],
    [{"model": {"built_in": none, "keys": ["model"]}}, by_path["dimensions"]],
    [none, judge_meter(dict(sound, aggregation="count"))["meter"]["value"]],
    [
        {
            "definition_kind": "meter",
            "definition_source": "polar/meters",
            "definition_id": "tokens",
            "place": "filter.clauses[0].clauses[0].operator",
            "reject_reason": "unknown_operator",
            "message": "Meter 'tokens': filter.clauses[0].clauses[0].operator is; drop table x"
                ~ " must be eq, ne, gt, gte, lt, lte, like or not_like.",
        },
        bad_operator,
    ],
    [
        "Meter 'tokens': value_path tokens cannot be read from position 1 on:"
            ~ " write $, then .key, ['key'] or [0].",
        bad_path["message"],
    ],
] %}

with listed (given, expected, actual) as (
    values
    {% for given, expected in cases %}
        {% set problems = [] %}
        {% for problem in judge_meter(dict(sound, **given))["problems"] %}
            {% do problems.append([problem["place"], problem["reject_reason"]]) %}
        {% endfor %}
        (
            {{ text_literal(tojson(given)[:2000]) }},
            {{ text_literal(tojson(expected)) }},
            {{ text_literal(tojson(problems)) }}
        ),
    {% endfor %}
    {% for expected, actual in outcomes %}
        (
            'outcome {{ loop.index }}',
            {{ text_literal(tojson(expected)) }},
            {{ text_literal(tojson(actual)) }}
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
