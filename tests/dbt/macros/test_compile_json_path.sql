-- `$`, `.key`, `['key']`, `["key"]` and `[n]`, at most 100 of them, and nothing else: a path is a
-- list of keys, or the position, counted from 1, from which it cannot be read.
{% set legal_paths = [
    ['$', []],
    ['$' ~ '.a' * 100, ['a'] * 100],
    ['$.amount', ['amount']],
    ['$._cost.amount', ['_cost', 'amount']],
    ["$['amount']", ['amount']],
    ['$["amount"]', ['amount']],
    ['$.items[0].cost', ['items', 0, 'cost']],
    ['$[0][999999999]', [0, 999999999]],
    ["$['0']", ['0']],
    ['$.0', ['0']],
    ["$.usage['a.b'][\"c d\"]", ['usage', 'a.b', 'c d']],
    ['$.a-b_c:d/e', ['a-b_c:d/e']],
    ['$.größe.日本.😀', ['größe', '日本', '😀']],
    ["$['größe 😀']", ['größe 😀']],
    ["$['[*]']['..']['$']['?(@.a)']", ['[*]', '..', '$', '?(@.a)']],
    ["$['it\\'s']", ["it's"]],
    ["$[\"it's\"]", ["it's"]],
    ["$[\"it\\'s\"]", ["it's"]],
    ["$['say \"a\"']", ['say "a"']],
    ["$[\"say \\\"a\\\"\"]", ['say "a"']],
    ["$['say \\\"a\\\"']", ['say "a"']],
    ["$['a\\\\b']", ['a\\b']],
    ["$['a\\/b\\nc\\td']", ['a/b\nc\td']],
    ["$['\\u0061\\u00e9']", ['aé']],
    ["$['\\ud83d\\ude00']", ['😀']],
    ["$[' ']", [' ']],
    ["$[\"'; drop table x; --\"]", ["'; drop table x; --"]],
    ["$['\"; drop table x; --']", ['"; drop table x; --']],
    ["$['\") from x; --']", ['") from x; --']],
] %}
{% set illegal_paths = [
    ['', 1],
    ['$' ~ '.a' * 101, 202],
    ['amount', 1],
    [' $.amount', 1],
    ['.amount', 1],
    ["['amount']", 1],
    ['$amount', 2],
    ['$$', 2],
    ['$ .amount', 2],
    ['$.', 2],
    ['$..amount', 2],
    ['$.*', 2],
    ['$.a.', 4],
    ['$.a..b', 4],
    ['$.a b', 4],
    ['$.a ', 4],
    ['$.a\n', 4],
    ["$.a'b", 4],
    ['$.a"b', 4],
    ['$.a\\b', 4],
    ['$.items[*].cost', 8],
    ['$.items[0:1]', 8],
    ['$.items[0,1]', 8],
    ['$.items[-1]', 8],
    ['$.items[01]', 8],
    ['$.items[ 1 ]', 8],
    ['$.items[1.0]', 8],
    ['$.items[1000000000]', 8],
    ['$.items[٣]', 8],
    ['$.items[]', 8],
    ['$.items[0', 8],
    ['$.items]', 8],
    ['$.items[amount]', 8],
    ['$.items[?(@.a)]', 8],
    ['$.items[(@.length-1)]', 8],
    ['$.length()', 9],
    ["$['']", 2],
    ['$[""]', 2],
    ["$['a\"]", 2],
    ["$['a]", 2],
    ["$['a'", 2],
    ["$['a','b']", 2],
    ['$["a","b"]', 2],
    ["$['a'b']", 2],
    ["$['a\\']", 2],
    ["$['a\\x']", 2],
    ["$['\\u00']", 2],
    ["$['\\u0000']", 2],
    ["$['a\\u0000b']", 2],
    ["$['\\ud83d']", 2],
    ["$['\\ude00\\ud83d']", 2],
    ["$['a\nb']", 2],
    ["$['a'].b['c'", 9],
    ["$.a'; drop table x; --", 4],
    ["$.a') from x; --", 4],
    ["$['a'] or 1 = 1", 7],
    ['$.{' ~ '{ 1 }' ~ '}', 5],
    ['$[0] --', 5],
] %}

with listed (path, expected, actual) as (
    values
    {% for case in legal_paths %}
        (
            {{ text_literal(case[0]) }},
            {{ text_literal(tojson([case[1], none])) }},
            {{ text_literal(tojson([
                compile_json_path(case[0])["keys"], compile_json_path(case[0])["problem_position"]
            ])) }}
        ),
    {% endfor %}
    {% for case in illegal_paths %}
        (
            {{ text_literal(case[0]) }},
            {{ text_literal(tojson([none, case[1]])) }},
            {{ text_literal(tojson([
                compile_json_path(case[0])["keys"], compile_json_path(case[0])["problem_position"]
            ])) }}
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
