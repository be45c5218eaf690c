-- Every cell of the truth table of a clause on a metadata value (spec/polar.md 3.3): which of the
-- values each operator and clause value match, and that what is missing matches nothing. Then
-- clauses on built-in properties (3.4), groups (3.1, 3.5) and text that must stay data.
{% set stored_values = [
    'null', '"abc"', '"abd"', '"ABC"', '"xabcx"', '"5"', '"10"', '"t"', '"f"', '"true"', '"false"',
    '5', '5.0', '5.5', '10', '0', '1', '-3', 'true', 'false', '[5]', '{"b":5}',
] %}
{% set cells = [
    ["eq", "5", ['"5"']],
    ["eq", "abc", ['"abc"']],
    ["eq", "t", ['"t"']],
    ["eq", true, ['"t"', '1', 'true']],
    ["gt", 0, [
        '"abc"', '"abd"', '"ABC"', '"xabcx"', '"5"', '"10"', '"t"', '"f"', '"true"', '"false"',
        '5', '5.0', '5.5', '10', '1',
    ]],
    ["gt", 1, [
        '"abc"', '"abd"', '"ABC"', '"xabcx"', '"5"', '"10"', '"t"', '"f"', '"true"', '"false"',
        '5', '5.0', '5.5', '10',
    ]],
    ["gt", 5, [
        '"abc"', '"abd"', '"ABC"', '"xabcx"', '"t"', '"f"', '"true"', '"false"', '5.5', '10',
    ]],
    ["gt", false, []],
    ["gte", 0, [
        '"abc"', '"abd"', '"ABC"', '"xabcx"', '"5"', '"10"', '"t"', '"f"', '"true"', '"false"',
        '5', '5.0', '5.5', '10', '0', '1',
    ]],
    ["gte", 1, [
        '"abc"', '"abd"', '"ABC"', '"xabcx"', '"5"', '"10"', '"t"', '"f"', '"true"', '"false"',
        '5', '5.0', '5.5', '10', '1',
    ]],
    ["gte", 5, [
        '"abc"', '"abd"', '"ABC"', '"xabcx"', '"5"', '"t"', '"f"', '"true"', '"false"', '5',
        '5.0', '5.5', '10',
    ]],
    ["gte", "5", [
        '"abc"', '"abd"', '"ABC"', '"xabcx"', '"5"', '"t"', '"f"', '"true"', '"false"',
    ]],
    ["gte", "abc", ['"abc"', '"abd"', '"xabcx"', '"t"', '"f"', '"true"', '"false"']],
    ["gte", "t", ['"xabcx"', '"t"', '"true"']],
    ["like", 0, ['"10"', '5.0', '10', '0']],
    ["like", 1, ['"10"', '10', '1']],
    ["like", 5, ['"5"', '5', '5.0', '5.5', '[5]', '{"b":5}']],
    ["like", "abc", ['"abc"', '"xabcx"']],
    ["like", "true", ['"true"', 'true']],
    ["lt", 0, ['-3']],
    ["lt", 1, ['0', '-3']],
    ["lt", 5, ['"10"', '0', '1', '-3']],
    ["lt", false, []],
    ["lt", "abc", ['"ABC"', '"5"', '"10"']],
    ["lt", "t", ['"abc"', '"abd"', '"ABC"', '"5"', '"10"', '"f"', '"false"']],
    ["lte", 1, ['0', '1', '-3']],
    ["lte", "t", ['"abc"', '"abd"', '"ABC"', '"5"', '"10"', '"t"', '"f"', '"false"']],
    ["ne", 0, [
        '"abc"', '"abd"', '"ABC"', '"xabcx"', '"5"', '"10"', '"t"', '"f"', '"true"', '"false"',
        '5', '5.0', '5.5', '10', '1', '-3',
    ]],
    ["ne", 1, [
        '"abc"', '"abd"', '"ABC"', '"xabcx"', '"5"', '"10"', '"t"', '"f"', '"true"', '"false"',
        '5', '5.0', '5.5', '10', '0', '-3',
    ]],
    ["ne", "abc", [
        '"abd"', '"ABC"', '"xabcx"', '"5"', '"10"', '"t"', '"f"', '"true"', '"false"',
    ]],
    ["ne", "t", [
        '"abc"', '"abd"', '"ABC"', '"xabcx"', '"5"', '"10"', '"f"', '"true"', '"false"',
    ]],
    ["ne", "true", [
        '"abc"', '"abd"', '"ABC"', '"xabcx"', '"5"', '"10"', '"t"', '"f"', '"false"',
    ]],
    ["ne", true, [
        '"abc"', '"abd"', '"ABC"', '"xabcx"', '"5"', '"10"', '"f"', '"true"', '"false"', '5',
        '5.0', '5.5', '10', '0', '-3', 'false',
    ]],
    ["not_like", 0, [
        '"abc"', '"abd"', '"ABC"', '"xabcx"', '"5"', '"t"', '"f"', '"true"', '"false"', '5',
        '5.5', '1', '-3', 'true', 'false', '[5]', '{"b":5}',
    ]],
    ["not_like", "5", [
        '"abc"', '"abd"', '"ABC"', '"xabcx"', '"10"', '"t"', '"f"', '"true"', '"false"', '10',
        '0', '1', '-3', 'true', 'false',
    ]],
    ["not_like", "true", [
        '"abc"', '"abd"', '"ABC"', '"xabcx"', '"5"', '"10"', '"t"', '"f"', '"false"', '5',
        '5.0', '5.5', '10', '0', '1', '-3', 'false', '[5]', '{"b":5}',
    ]],
] %}

{#- On an event `call` of a user at 2009-02-13T23:31:30.5Z, to the nearest second 1234567891. -#}
{% set metadata = {
    "model": "gpt-4",
    "_llm": {"model": "gpt-4o", "tokens": 12},
    "name": "hidden",
    "percent": "100%",
    "low_line": "a_b",
    "text": "it's {{ not }} \"a\" \\ template;\n-- {% raw %} größe 😀",
    "list": ["a", {"b": 1.50}],
    "it's": "key",
    "zero": 0,
    "long": "x" * 1000,
} %}
{% set filters = [
    [[["name", "eq", "call"]], true],
    [[["name", "ne", "call"]], false],
    [[["name", "ne", "other"]], true],
    [[["name", "like", "al"]], true],
    [[["name", "not_like", "al"]], false],
    [[["name", "gt", "cal"]], true],
    [[["name", "ne", 5]], false],
    [[["name", "not_like", true]], false],
    [[["metadata.name", "eq", "call"]], true],
    [[["metadata.name", "eq", "hidden"]], false],
    [[["source", "eq", "user"]], true],
    [[["source", "eq", "system"]], false],
    [[["timestamp", "eq", 1234567891]], true],
    [[["timestamp", "lt", 1234567891]], false],
    [[["timestamp", "like", 345]], true],
    [[["timestamp", "not_like", 345]], false],
    [[["timestamp", "like", "345"]], false],
    [[["timestamp", "ne", "x"]], false],
    [[["timestamp", "eq", true]], false],
    [[["model", "eq", "gpt-4"]], true],
    [[["metadata.model", "eq", "gpt-4"]], true],
    [[["metadata.metadata.model", "eq", "gpt-4"]], false],
    [[["_llm.model", "eq", "gpt-4o"]], true],
    [[["metadata._llm.tokens", "gte", 12]], true],
    [[["_llm.none", "ne", "gpt-4o"]], false],
    [[["_llm.model.more", "ne", "x"]], false],
    [[["percent", "like", "0%"]], true],
    [[["percent", "like", "1%"]], false],
    [[["low_line", "like", "a_b"]], true],
    [[["model", "like", "gpt_4"]], false],
    [[["text", "eq", metadata["text"]]], true],
    [[["text", "like", "'s {{ not }} \"a\" \\ template;\n-- {% raw %} größe 😀"]], true],
    [[["text", "eq", "' or true or '"]], false],
    [[["it's", "eq", "key"]], true],
    [[["' or true or '", "ne", "key"]], false],
    [[["list", "like", '["a", {"b": 1.5}]']], true],
    [[["list", "like", '["a",{"b":1.5}]']], false],
    [[["zero", "eq", false]], true],
    [[["zero", "eq", 1.0]], false],
    [[["long", "eq", "x" * 1000]], true],
    [[], true],
    [[["name", "eq", "call"], ["model", "eq", "other"]], false],
    [[{"conjunction": "or", "clauses": [
        {"property": "name", "operator": "eq", "value": "other"},
        {"property": "model", "operator": "eq", "value": "gpt-4"},
    ]}], true],
    [[{"conjunction": "or", "clauses": [
        {"property": "name", "operator": "eq", "value": "other"},
        {"property": "model", "operator": "eq", "value": "other"},
    ]}], false],
    [[{"conjunction": "or", "clauses": []}], true],
    [[["name", "eq", "other"], {"conjunction": "or", "clauses": []}], false],
    [[{"conjunction": "or", "clauses": [
        {"conjunction": "and", "clauses": [
            {"property": "name", "operator": "eq", "value": "call"},
            {"property": "model", "operator": "eq", "value": "other"},
        ]},
        {"property": "zero", "operator": "lt", "value": 1},
    ]}], true],
] %}
{#- Fifteen groups, each in the other; `test_judge_meter` has a hundred. -#}
{% set deep = namespace(filter={"property": "model", "operator": "eq", "value": "gpt-4"}) %}
{% for _ in range(15) %}
    {% set conjunction = "or" if loop.index is odd else "and" %}
    {% set deep.filter = {"conjunction": conjunction, "clauses": [deep.filter]} %}
{% endfor %}
{% do filters.append([[deep.filter["clauses"][0]], true]) %}

{% set stored_literals = [] %}
{% for stored_value in stored_values %}
    {% do stored_literals.append(text_literal(stored_value)) %}
{% endfor %}

{#- Each as a filter, the events that it is tried on, and a condition for those that match. -#}
{% set cases = [] %}
{% for operator, clause_value, matching in cells %}
    {% do cases.append({
        "filter": {"conjunction": "and", "clauses": [
            {"property": "p", "operator": operator, "value": clause_value},
        ]},
        "events": "stored_events",
        "expected": "stored_value in (" ~ quote_list(matching or ["nothing"]) ~ ")",
    }) %}
{% endfor %}
{% for clauses, is_match in filters %}
    {% set filter = {"conjunction": "and", "clauses": []} %}
    {% for clause in clauses %}
        {% do filter["clauses"].append(clause if clause is mapping else {
            "property": clause[0], "operator": clause[1], "value": clause[2],
        }) %}
    {% endfor %}
    {% do cases.append({"filter": filter, "events": "rich_event", "expected": is_match | string}) %}
{% endfor %}

with listed as (
    select
        {{ unnest_list(list_values([text_literal("missing")] + stored_literals)) }} as stored_value
),

stored_events as (
    select
        'call' as event_name,
        'user' as event_source,
        timestamp '2009-02-13 23:31:30.5' as occurred_at,
        stored_value,
        case stored_value
            when 'missing' then '{"metadata":{}}'
            else '{"metadata":{"p":' || stored_value || '}}'
        end as valid_record
    from listed
),

rich_event as (
    select
        event_name,
        event_source,
        occurred_at,
        'all' as stored_value,
        {{ text_literal(tojson({"metadata": metadata})) }} as valid_record
    from stored_events
    where stored_value = 'missing'
),

{% for case in cases %}
    {% set tokens = compile_filter(tojson(case["filter"]))["tokens"] %}
    {% set meter = {"tokens": tokens, "value": none, "dimensions": {}} %}
    {% set read = read_properties("metadata", _named_properties([meter])) %}
    {% do case.update({"condition": filter_condition(tokens, read["fields"])}) %}
    cut_{{ loop.index }} as (
        select
            *,
            {{ read["fields_of_record"] }} as fields
        from {{ case["events"] }}
    ),

    named_{{ loop.index }} as (
        select
            {% for column in read["columns"] %}
                {{ column }},
            {% endfor %}
            *
        from cut_{{ loop.index }}
    ),
{% endfor %}

tried as (
    {% for case in cases %}
        select
            {{ text_literal(tojson(case["filter"])[:200]) }} as filter_json,
            stored_value,
            {{ case["expected"] }} as expected,
            coalesce({{ case["condition"] }}, false) as actual
        from named_{{ loop.index }}
        {% if not loop.last %}
            union all
        {% endif %}
    {% endfor %}
),

failures as (
    select *
    from tried
    where actual is distinct from expected
)

select * from failures
