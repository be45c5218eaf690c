{#-
  The condition of a compiled filter (`compile_filter`) on an event; never true for what is unknown.
  `fields` are the column expressions of what properties name: {"name", "source", "timestamp"} and, by the
  JSON text of its keys, each value of the payload, in its JSON notation.
-#}
{% macro filter_condition(tokens, fields) %}
    {% set condition = [] %}
    {% for token in tokens %}
        {% do condition.append(token if token is string else _clause_condition(token, fields)) %}
    {% endfor %}
    {{ return(condition | join) }}
{% endmacro %}


{% macro _clause_condition(clause, fields) %}
    {% set built_in, value = clause["property"]["built_in"], clause["value"] %}
    {% set field = fields[built_in or tojson(clause["property"]["keys"])] %}
    {% if built_in is none %}
        {{ return(_payload_condition(field, clause["operator"], value)) }}
    {% elif built_in != "timestamp" and value is string %}
        {{ return(_condition(field, clause["operator"], text_literal(value))) }}
    {% elif built_in == "timestamp" and value is number and value is not boolean %}
        {% if clause["operator"] in ["like", "not_like"] %}
            {{ return(_condition("cast(" ~ field ~ " as string)", clause["operator"], "'" ~ (value | int) ~ "'")) }}
        {% endif %}
        {{ return(_condition(field, clause["operator"], value | int)) }}
    {% endif %}
    {#- A built-in property matches values of its own type alone (spec/polar.md 3.4). -#}
    {{ return("false") }}
{% endmacro %}


{#- The truth table of spec/polar.md 3.3; a value that is missing or JSON null matches nothing. -#}
{% macro _payload_condition(field, operator, value) %}
    {#- The text that stands for the value: true is `t` and false `f`. -#}
    {% set text = text_literal(
        value if value is string else ("t" if value else "f") if value is boolean else value | int
    ) %}
    {% if operator in ["like", "not_like"] %}
        {{ return("(" ~ field ~ " is not null and " ~ _condition(_text_form(field), operator, text) ~ ")") }}
    {% elif value is boolean and operator not in ["eq", "ne"] %}
        {{ return("false") }}
    {% endif %}
    {#- One notation of a text is compared with the other, which spares reading it. -#}
    {% set of_text = _condition(field, operator, json_string(text)) if operator in ["eq", "ne"]
        else _condition(read_any_text(field), operator, text) %}
    {% set cases = ["when starts_with(" ~ field ~ ", '\"') then " ~ of_text] %}
    {% if value is not string %}
        {% set number = "try_cast(" ~ field ~ " as double)" %}
        {% do cases.append("when " ~ is_json_number(field) ~ " then " ~ _condition(number, operator, value | int)) %}
    {% endif %}
    {% if value is boolean %}
        {% do cases.append(
            "when " ~ field ~ " in ('true', 'false') then " ~ _condition(field, operator, "'" ~ tojson(value) ~ "'")
        ) %}
    {% endif %}
    {{ return("(case " ~ cases | join(" ") ~ " else false end)") }}
{% endmacro %}


{% macro _condition(left, operator, right) %}
    {% set sign = {"eq": "=", "ne": "<>", "gt": ">", "gte": ">=", "lt": "<", "lte": "<="}.get(operator) %}
    {% if sign %}
        {{ return(left ~ " " ~ sign ~ " " ~ right) }}
    {% endif %}
    {{ return(("not " if operator == "not_like" else "") ~ "contains(" ~ left ~ ", " ~ right ~ ")") }}
{% endmacro %}


{#- What `like` looks into: a string's content, else the value's JSON notation. -#}
{% macro _text_form(field) %}
    {{ return(
        "case when starts_with(" ~ field ~ ", '{') or starts_with(" ~ field ~ ", '[') then "
        ~ json_spaced_text(field) ~ " else " ~ read_any_text(field) ~ " end"
    ) }}
{% endmacro %}
