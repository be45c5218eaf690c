{#-
  A meter's filter (spec/polar.md 3.1), JSON text, as
    tokens    the condition from left to right: texts such as "(", " and ", and clauses as
              {"property", "operator", "value"}, each property as `compile_property` gives it
    problems  what is wrong with it: a list of {"place", "reject_reason", "given", "advice"}

  Nested groups wait on a stack: macros that call themselves would overflow before people do.
-#}
{% macro compile_filter(filter_json) %}
    {% set tokens, problems = [], [] %}
    {% if _nesting_depth(filter_json) > 201 %}
        {% do problems.append({
            "place": "filter",
            "reject_reason": "nested_too_deep",
            "given": none,
            "advice": "must not nest more than 100 groups",
        }) %}
        {{ return({"tokens": tokens, "problems": problems}) }}
    {% endif %}
    {% set waiting = [{"node": fromjson(filter_json), "place": "filter", "is_clause": false}] %}
    {#- No more steps than the text has characters; an empty one takes a step too. -#}
    {% for _ in filter_json ~ " " if waiting %}
        {% set next = waiting.pop() %}
        {% if next is string %}
            {% do tokens.append(next) %}
        {% elif next["is_clause"] and _is_clause(next["node"]) %}
            {% do tokens.append(_compile_clause(next["node"], next["place"], problems)) %}
        {% else %}
            {% do _open_group(next, tokens, waiting, problems) %}
        {% endif %}
    {% endfor %}
    {{ return({"tokens": tokens, "problems": problems}) }}
{% endmacro %}


{#- How deep brackets nest in a JSON text, outside of its strings. -#}
{% macro _nesting_depth(text) %}
    {% set depth = namespace(now=0, most=0) %}
    {% for token in modules.re.findall('"(?:[^"\\\\]|\\\\[\\s\\S])*"|[\\[\\]{}]', text) if token | length == 1 %}
        {% set depth.now = depth.now + (1 if token in "[{" else -1) %}
        {% set depth.most = [depth.most, depth.now] | max %}
    {% endfor %}
    {{ return(depth.most) }}
{% endmacro %}


{#- Whether a member of a group is a clause; what has clauses of its own is a group. -#}
{% macro _is_clause(node) %}
    {{ return(not (node is mapping and ("clauses" in node or "conjunction" in node))) }}
{% endmacro %}


{#- Writes the beginning of a group; its members wait, and what stands between and behind them. -#}
{% macro _open_group(group, tokens, waiting, problems) %}
    {% set node, place = group["node"], group["place"] %}
    {% if node is not mapping %}
        {% do problems.append({
            "place": place,
            "reject_reason": "unreadable_filter",
            "given": none,
            "advice": 'must be a JSON object such as {"conjunction": "and", "clauses": []}',
        }) %}
        {{ return(none) }}
    {% endif %}
    {% if node.get("conjunction") not in ["and", "or"] %}
        {% do problems.append({
            "place": place ~ ".conjunction",
            "reject_reason": "unknown_conjunction",
            "given": node.get("conjunction"),
            "advice": "must be 'and' or 'or'",
        }) %}
    {% endif %}
    {% set clauses = node.get("clauses") %}
    {% if clauses is string or clauses is mapping or clauses is not sequence %}
        {% do problems.append({
            "place": place ~ ".clauses",
            "reject_reason": "unreadable_clauses",
            "given": none,
            "advice": "must be a list of clauses and groups",
        }) %}
    {% elif clauses | length == 0 %}
        {% do tokens.append("true") %}
    {% else %}
        {% do tokens.append("(") %}
        {% do waiting.append(")") %}
        {% for clause in clauses | reverse %}
            {% do waiting.append({
                "node": clause,
                "place": place ~ ".clauses[" ~ (clauses | length - loop.index) ~ "]",
                "is_clause": true,
            }) %}
            {% if not loop.last %}
                {% do waiting.append(" " ~ node.get("conjunction") ~ " ") %}
            {% endif %}
        {% endfor %}
    {% endif %}
{% endmacro %}


{#- A clause with its property compiled; one problem more for each part that breaks a rule. -#}
{% macro _compile_clause(node, place, problems) %}
    {% if node is not mapping %}
        {% do problems.append({
            "place": place,
            "reject_reason": "unreadable_clause",
            "given": none,
            "advice": "must be an object with property, operator and value",
        }) %}
        {{ return(none) }}
    {% endif %}
    {% set property = compile_property(node.get("property")) %}
    {% if property is none %}
        {% do problems.append({
            "place": place ~ ".property",
            "reject_reason": "unreadable_property",
            "given": none,
            "advice": "must be name, source, timestamp or the path of a metadata key such as _llm.model",
        }) %}
    {% endif %}
    {% if node.get("operator") not in ["eq", "ne", "gt", "gte", "lt", "lte", "like", "not_like"] %}
        {% do problems.append({
            "place": place ~ ".operator",
            "reject_reason": "unknown_operator",
            "given": node.get("operator"),
            "advice": "must be eq, ne, gt, gte, lt, lte, like or not_like",
        }) %}
    {% endif %}
    {% if not _is_clause_value(node.get("value")) %}
        {% do problems.append({
            "place": place ~ ".value",
            "reject_reason": "unreadable_value",
            "given": none,
            "advice": "must be a text of at most 1000 characters, a whole number of 32 bits, true or false",
        }) %}
    {% endif %}
    {{ return({"property": property, "operator": node.get("operator"), "value": node.get("value")}) }}
{% endmacro %}


{#- Whether a clause may compare with a value; 1.0 is a whole number (spec/polar.md 3.1). -#}
{% macro _is_clause_value(value) %}
    {% if value is boolean %}
        {{ return(true) }}
    {% elif value is string %}
        {{ return(value | length <= 1000 and is_storable_text(value)) }}
    {% elif value is number %}
        {{ return(-2147483648 <= value <= 2147483647 and value == value | int) }}
    {% endif %}
    {{ return(false) }}
{% endmacro %}
