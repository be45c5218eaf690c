-- Every path finds its own value in real JSON, whatever other paths are compiled beside it, and
-- nothing where the record has something else there. `count` is how many structures, and so parses,
-- that takes. Paths begin at a payload, as in definitions; each is read as JSON and as text.
{% set cases = [
    {
        "record": '{"a": {"b": 1, "c": "two"}, "d": [1]}',
        "paths": [['a', 'b'], ['a', 'c'], ['d'], ['e'], ['a', 'e']],
        "found": ['1', '"two"', '[1]', none, none],
        "count": 1,
    },
    {
        "record": '{"a": {"b": {"c": 1}}}',
        "paths": [['a'], ['a', 'b'], ['a', 'b', 'c'], ['a', 'b']],
        "found": ['{"b":{"c":1}}', '{"c":1}', '1', '{"c":1}'],
        "count": 3,
    },
    {
        "record": '{"a": {"b": 1}, "x": 2}',
        "paths": [['a', 'b'], ['a'], ['x']],
        "found": ['1', '{"b":1}', '2'],
        "count": 2,
    },
    {
        "record": '{"a": 1}',
        "paths": [['a', 'b'], ['a', 0], ['a'], []],
        "found": [none, none, '1', '{"a":1}'],
        "count": 4,
    },
    {
        "record": '{"key": 1, "Key": 2, "KEY": {"key": 3}}',
        "paths": [['key'], ['Key'], ['KEY', 'key'], ['KEY']],
        "found": ['1', '2', '3', '{"key":3}'],
        "count": 4,
    },
    {
        "record": '{"a": [10, {"b": 20, "B": 21}, [30, 31], null]}',
        "paths": [['a', 0], ['a', 1, 'b'], ['a', 1, 'B'], ['a', 2, 1], ['a', 1], ['a', 3], ['a', 4], ['a', 2, 0]],
        "found": ['10', '20', '21', '31', '{"b":20,"B":21}', none, none, '30'],
        "count": 4,
    },
    {
        "record": '{"a": {"0": 1}, "b": [5]}',
        "paths": [['a', '0'], ['a', 0], ['b', '0'], ['b', 0]],
        "found": ['1', none, none, '5'],
        "count": 2,
    },
    {
        "record": '{"a.b": 1, "it\'s": 2, "say \\"a\\"": 3, "größe 😀": 4, "\'; drop table x; --": 5, "back\\\\slash": 6, " ": 7}',
        "paths": [['a.b'], ["it's"], ['say "a"'], ['größe 😀'], ["'; drop table x; --"], ['back\\slash'], [' ']],
        "found": ['1', '2', '3', '4', '5', '6', '7'],
        "count": 1,
    },
    {
        "record": '{"part_1": {"JSON": 1}, "JSON": 2, "fields": 3, "a": null}',
        "paths": [['part_1', 'JSON'], ['JSON'], ['fields'], ['a'], ['a', 'b']],
        "found": ['1', '2', '3', none, none],
        "count": 2,
    },
    {
        "record": '[{"a": 1}]',
        "paths": [[0, 'a'], ['a'], []],
        "found": ['1', none, '[{"a":1}]'],
        "count": 3,
    },
] %}

{#- The cases with their paths as `compile_structures` takes them, and what it makes of them. -#}
{% set compiled_cases = [] %}
{% for case in cases %}
    {% set as_json, as_text = [], [] %}
    {% for keys in case["paths"] %}
        {% do as_json.append({"keys": ["data"] + keys, "leaf": "JSON"}) %}
        {% do as_text.append({"keys": ["data"] + keys, "leaf": "VARCHAR"}) %}
    {% endfor %}
    {% do compiled_cases.append(dict(
        case,
        record='{"data": ' ~ case["record"] ~ "}",
        as_json=as_json,
        as_text=as_text,
        json_parts=compile_structures(as_json),
        all_parts=compile_structures(as_json + as_text),
    )) %}
{% endfor %}

with
{% for case in compiled_cases %}
    record_{{ loop.index }} as (
        select
            {{ case["json_parts"] | length }} as part_count,
            {{ cut_json_parts(text_literal(case["record"]), case["json_parts"]) }} as fields,
            {{ cut_json_parts(text_literal(case["record"]), case["all_parts"]) }} as all_fields
    ),
{% endfor %}

computed as (
    {% for case in compiled_cases %}
        {% set number = loop.index %}
        {% for keys in case["paths"] %}
            {% set found = case["found"][loop.index0] %}
            {% set json_path = case["as_json"][loop.index0] %}
            {% set text_path = case["as_text"][loop.index0] %}
            select
                {{ number }} as case_number,
                {{ text_literal(tojson(keys)) }} as path_keys,
                {{ case["count"] }} as expected_count,
                part_count,
                cast({{ "null" if found is none else text_literal(found) }} as json) as expected,
                {{ compile_field("fields", case["json_parts"], json_path) }} as actual,
                {{ compile_field("all_fields", case["all_parts"], json_path) }} as actual_among_all,
                {{ compile_field("all_fields", case["all_parts"], text_path) }} as actual_text
            from record_{{ number }}
            {% if not loop.last %}
                union all
            {% endif %}
        {% endfor %}
        {% if not loop.last %}
            union all
        {% endif %}
    {% endfor %}
),

failures as (
    select *
    from computed
    where
        cast(actual as string) is distinct from cast(expected as string)
        or cast(actual_among_all as string) is distinct from cast(expected as string)
        or actual_text is distinct from {{ json_scalar_text("expected") }}
        or part_count <> expected_count
)

select * from failures
