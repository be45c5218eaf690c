{#-
  The condition of a compiled filter (`compile_filter`) on an event; never true for what is unknown.
  `fields` are the column expressions of what properties name: {"name", "source", "timestamp"} and, by the
  JSON text of its keys, each value of the payload, in its JSON notation.
-#}
{% macro filter_condition(tokens, fields) %}
    {% set condition = [] %}
    {% for token in tokens %}
        {% do condition.append(token if token is string else clause_condition(token, fields)) %}
    {% endfor %}
    {{ return(condition | join) }}
{% endmacro %}


{% macro clause_condition(clause, fields) %}
    {% set built_in = clause["property"]["built_in"] %}
    {% set field = fields[built_in or property_name(clause["property"])] %}
    {% set value = clause["value"] %}
    {% if built_in is none %}
        {{ return(_payload_condition(field, clause["operator"], value)) }}
    {% elif built_in != "timestamp" and value is string %}
        {{ return(_text_condition(field, clause["operator"], value)) }}
    {% elif built_in == "timestamp" and value is number and value is not boolean %}
        {{ return(_number_condition(field, clause["operator"], value)) }}
    {% endif %}
    {#- A built-in property matches values of its own type alone (spec/polar.md 3.4). -#}
    {{ return("false") }}
{% endmacro %}


{#- By what a property of the payload is known among `fields`. -#}
{% macro property_name(property) %}
    {{ return(tojson(property["keys"])) }}
{% endmacro %}


{#- The truth table of spec/polar.md 3.3; a value that is missing or JSON null matches nothing. -#}
{% macro _payload_condition(field, operator, value) %}
    {% if operator in ["like", "not_like"] %}
        {{ return("(" ~ field ~ " is not null and "
            ~ _text_condition(_text_form(field), operator, _text_of(value)) ~ ")") }}
    {% elif value is boolean and operator not in ["eq", "ne"] %}
        {{ return("false") }}
    {% endif %}
    {% set cases = [
        "when starts_with(" ~ field ~ ", '\"') then "
        ~ _text_condition(read_any_text(field), operator, _text_of(value))
    ] %}
    {% if value is not string %}
        {% do cases.append(
            "when " ~ is_json_number(field) ~ " then "
            ~ _number_condition("try_cast(" ~ field ~ " as double)", operator, value | int)
        ) %}
    {% endif %}
    {% if value is boolean %}
        {% do cases.append(
            "when " ~ field ~ " in ('true', 'false') then "
            ~ _text_condition("cast(" ~ field ~ " as string)", operator, tojson(value))
        ) %}
    {% endif %}
    {{ return("(case " ~ cases | join(" ") ~ " else false end)") }}
{% endmacro %}


{% macro _text_condition(expression, operator, text) %}
    {% if operator == "like" %}
        {{ return("contains(" ~ expression ~ ", " ~ text_literal(text) ~ ")") }}
    {% elif operator == "not_like" %}
        {{ return("not contains(" ~ expression ~ ", " ~ text_literal(text) ~ ")") }}
    {% endif %}
    {{ return(expression ~ " " ~ _sign(operator) ~ " " ~ text_literal(text)) }}
{% endmacro %}


{% macro _number_condition(expression, operator, number) %}
    {% if operator in ["like", "not_like"] %}
        {{ return(_text_condition("cast(" ~ expression ~ " as string)", operator, _text_of(number))) }}
    {% endif %}
    {{ return(expression ~ " " ~ _sign(operator) ~ " " ~ (number | int)) }}
{% endmacro %}


{% macro _sign(operator) %}
    {{ return({"eq": "=", "ne": "<>", "gt": ">", "gte": ">=", "lt": "<", "lte": "<="}[operator]) }}
{% endmacro %}


{#- The text that stands for a clause's value: true is `t` and false `f`. -#}
{% macro _text_of(value) %}
    {% if value is boolean %}
        {{ return("t" if value else "f") }}
    {% endif %}
    {{ return(value if value is string else value | int | string) }}
{% endmacro %}


{#- What `like` looks into: a string's content, else the value's JSON notation. -#}
{% macro _text_form(field) %}
    {{ return(
        "case when starts_with(" ~ field ~ ", '{') or starts_with(" ~ field ~ ", '[') then "
        ~ json_spaced_text(field) ~ " else " ~ read_any_text(field) ~ " end"
    ) }}
{% endmacro %}
