{#-
  A JSONPath as the list of its keys (texts) and array places (whole numbers), or where it cannot be
  read: `.key`, `['key']`, `["key"]` and `[n]` after a `$`, nothing else (spec/cost_metrics.md, JSONPath),
  and no more than 100 of them: engines do not nest deeper.

  compile_json_path('$.usage["a.b"][0]')  ->  {"keys": ["usage", "a.b", 0], "problem_position": none}
  compile_json_path('$.items[*].cost')    ->  {"keys": none, "problem_position": 8}
-#}
{% macro compile_json_path(path) %}
    {% set keys = [] %}
    {% set at = namespace(position=1 if path.startswith("$") else 0) %}
    {% for _ in path if 0 < at.position < path | length %}
        {% set step = _read_path_step(path[at.position:]) %}
        {% if step is none or keys | length == 100 %}
            {{ return({"keys": none, "problem_position": at.position + 1}) }}
        {% endif %}
        {% do keys.append(step["key"]) %}
        {% set at.position = at.position + step["length"] %}
    {% endfor %}
    {% if at.position == 0 %}
        {{ return({"keys": none, "problem_position": 1}) }}
    {% endif %}
    {{ return({"keys": keys, "problem_position": none}) }}
{% endmacro %}


{#- The first step of the rest of a path: {"key", "length"}; none when it is no step. -#}
{% macro _read_path_step(rest) %}
    {% set re = modules.re %}
    {% set plain = re.match("[.]([^.\\[\\]()*?@'\"\\\\\\s\\x00]+)", rest) %}
    {% if plain %}
        {{ return({"key": plain[1], "length": plain.end()}) }}
    {% endif %}
    {% set place = re.match("\\[(0|[1-9][0-9]{0,8})\\]", rest) %}
    {% if place %}
        {{ return({"key": place[1] | int, "length": place.end()}) }}
    {% endif %}
    {% set quoted = re.match("\\[(?:'((?:[^'\\\\]|\\\\.)+)'|\"((?:[^\"\\\\]|\\\\.)+)\")\\]", rest) %}
    {% if quoted %}
        {% set key = _read_quoted_key(quoted[1] or quoted[2]) %}
        {% if key is not none %}
            {{ return({"key": key, "length": quoted.end()}) }}
        {% endif %}
    {% endif %}
    {{ return(none) }}
{% endmacro %}


{#-
  The key that stands between quotes, its escapes read as in a JSON string; `\'` is an apostrophe too.
  None for a broken escape, and for what no column can hold: NUL and half a surrogate pair.
-#}
{% macro _read_quoted_key(text) %}
    {% set characters = [] %}
    {% for character in modules.re.findall("\\\\.|[^\\\\]", text) %}
        {% do characters.append({"\\'": "'", '"': '\\"'}.get(character, character)) %}
    {% endfor %}
    {% set key = fromjson('"' ~ characters | join ~ '"') %}
    {% if key and is_storable_text(key) %}
        {{ return(key) }}
    {% endif %}
    {{ return(none) }}
{% endmacro %}
