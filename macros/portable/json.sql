{#-
  The text of one JSON value: a string's content, a number's or boolean's own notation.
  json_scalar_text('fields.name')  with "llm.call"  ->  llm.call
-#}
{% macro json_scalar_text(json) -%}
    {{ return(adapter.dispatch("json_scalar_text", "cost_insights")(json)) }}
{%- endmacro %}

{% macro default__json_scalar_text(json) -%}
    {{ exceptions.raise_compiler_error("json_scalar_text is not written for this engine") }}
{%- endmacro %}

{% macro duckdb__json_scalar_text(json) -%}
    {{ return("(" ~ json ~ " ->> '$')") }}
{%- endmacro %}


{#-
  A record cut into JSON texts in one parse; null for a field that is absent or JSON null.
  `structure` is a mapping of keys to "JSON", to an exact "DECIMAL(p,s)" or to a nested mapping.
  The text must be valid JSON: guard the column.
-#}
{% macro cut_json(json, structure) -%}
    {{ return(adapter.dispatch("cut_json", "cost_insights")(json, structure)) }}
{%- endmacro %}

{% macro default__cut_json(json, structure) -%}
    {{ exceptions.raise_compiler_error("cut_json is not written for this engine") }}
{%- endmacro %}

{% macro duckdb__cut_json(json, structure) -%}
    {{ return("from_json(" ~ json ~ ", " ~ text_literal(tojson(structure)) ~ ")") }}
{%- endmacro %}


{#- One cut for each part (`compile_structures`), all in one column, as its fields `json_part_name`. -#}
{% macro cut_json_parts(json, parts) -%}
    {{ return(adapter.dispatch("cut_json_parts", "cost_insights")(json, parts)) }}
{%- endmacro %}

{% macro default__cut_json_parts(json, parts) -%}
    {{ exceptions.raise_compiler_error("cut_json_parts is not written for this engine") }}
{%- endmacro %}

{% macro duckdb__cut_json_parts(json, parts) -%}
    {% set fields = [] %}
    {% for part in parts %}
        {% do fields.append(json_part_name(loop.index) ~ " := " ~ cut_json(json, part["structure"])) %}
    {% endfor %}
    {{ return("struct_pack(" ~ fields | join(", ") ~ ")") }}
{%- endmacro %}

{% macro json_part_name(number) -%}
    {{ return("part_" ~ number) }}
{%- endmacro %}


{#- The way from a cut record down to one value: keys, and places of arrays counted from 0. -#}
{% macro json_steps(keys) -%}
    {{ return(adapter.dispatch("json_steps", "cost_insights")(keys)) }}
{%- endmacro %}

{% macro default__json_steps(keys) -%}
    {{ exceptions.raise_compiler_error("json_steps is not written for this engine") }}
{%- endmacro %}

{% macro duckdb__json_steps(keys) -%}
    {% set steps = [] %}
    {% for key in keys %}
        {% do steps.append("[" ~ (key + 1) ~ "]" if key is number else '."' ~ key.replace('"', '""') ~ '"') %}
    {% endfor %}
    {{ return(steps | join) }}
{%- endmacro %}


{#-
  The keys of the objects at the given places, a list for each; null where there is no object.
  Records of the same make have the same keys: grouped by `json_key_shape`, few are left to look at.
-#}
{% macro json_key_lists(json, places) -%}
    {{ return(adapter.dispatch("json_key_lists", "cost_insights")(json, places)) }}
{%- endmacro %}

{% macro default__json_key_lists(json, places) -%}
    {{ exceptions.raise_compiler_error("json_key_lists is not written for this engine") }}
{%- endmacro %}

{% macro duckdb__json_key_lists(json, places) -%}
    json_keys({{ json }}, [{{ quote_list(places) }}])
{%- endmacro %}


{% macro json_key_shape(key_lists) -%}
    {{ return(adapter.dispatch("json_key_shape", "cost_insights")(key_lists)) }}
{%- endmacro %}

{% macro default__json_key_shape(key_lists) -%}
    {{ exceptions.raise_compiler_error("json_key_shape is not written for this engine") }}
{%- endmacro %}

{% macro duckdb__json_key_shape(key_lists) -%}
    cast({{ key_lists }} as string)
{%- endmacro %}


{#- Whether one of the first `places` key lists names a key twice. -#}
{% macro has_repeated_key(key_lists, places) -%}
    {{ return(adapter.dispatch("has_repeated_key", "cost_insights")(key_lists, places)) }}
{%- endmacro %}

{% macro default__has_repeated_key(key_lists, places) -%}
    {{ exceptions.raise_compiler_error("has_repeated_key is not written for this engine") }}
{%- endmacro %}

{% macro duckdb__has_repeated_key(key_lists, places) -%}
    (
        {% for place in places %}
            coalesce(
                list_unique({{ key_lists }}[{{ loop.index }}]) < len({{ key_lists }}[{{ loop.index }}]),
                false
            )
            {{ "or" if not loop.last }}
        {% endfor %}
    )
{%- endmacro %}


{#- Whether an object has a key, even with a null value. -#}
{% macro has_key(json, key) -%}
    {{ return(adapter.dispatch("has_key", "cost_insights")(json, key)) }}
{%- endmacro %}

{% macro default__has_key(json, key) -%}
    {{ exceptions.raise_compiler_error("has_key is not written for this engine") }}
{%- endmacro %}

{% macro duckdb__has_key(json, key) -%}
    list_contains(json_keys({{ json }}), {{ text_literal(key) }})
{%- endmacro %}


{#- A flat JSON object, as text, of names and column expressions. -#}
{% macro json_object_text(columns) -%}
    {{ return(adapter.dispatch("json_object_text", "cost_insights")(columns)) }}
{%- endmacro %}

{% macro default__json_object_text(columns) -%}
    {{ exceptions.raise_compiler_error("json_object_text is not written for this engine") }}
{%- endmacro %}

{% macro duckdb__json_object_text(columns) -%}
    {% set members = [] %}
    {% for name, expression in columns.items() %}
        {% do members.append(text_literal(name) ~ ", " ~ expression) %}
    {% endfor %}
    cast(json_object({{ members | join(", ") }}) as string)
{%- endmacro %}


{#- Whether a valid JSON text is an object. -#}
{% macro is_json_object(json) -%}
    {{ return(adapter.dispatch("is_json_object", "cost_insights")(json)) }}
{%- endmacro %}

{% macro default__is_json_object(json) -%}
    {{ exceptions.raise_compiler_error("is_json_object is not written for this engine") }}
{%- endmacro %}

{% macro duckdb__is_json_object(json) -%}
    regexp_matches({{ json }}, '^[ \t\r\n]*[{]')
{%- endmacro %}


{#- Whether a text is a JSON object of texts in which no name is empty or appears twice; none has NUL. -#}
{% macro is_text_map(text) -%}
    {{ return(adapter.dispatch("is_text_map", "cost_insights")(text)) }}
{%- endmacro %}

{% macro default__is_text_map(text) -%}
    {{ exceptions.raise_compiler_error("is_text_map is not written for this engine") }}
{%- endmacro %}

{% macro duckdb__is_text_map(text) -%}
    {% set valid = "case when json_valid(" ~ text ~ ") then " ~ text ~ " end" %}
    coalesce(
        json_type({{ valid }}) = 'OBJECT'
        and list_unique(json_keys({{ valid }})) = len(json_keys({{ valid }}))
        and not list_contains(json_keys({{ valid }}), '')
        and not contains({{ text }}, '\u0000')
        and len(list_filter(
            json_keys({{ valid }}),
            lambda name: json_type(json_extract({{ valid }}, '/' || replace(replace(name, '~', '~0'), '/', '~1'))) <> 'VARCHAR'
        )) = 0,
        false
    )
{%- endmacro %}


{#- The members of a flat JSON object of texts, one row each, as two columns; null for JSON null. -#}
{% macro unnest_json_object(json, name_column, value_column) -%}
    {{ return(adapter.dispatch("unnest_json_object", "cost_insights")(json, name_column, value_column)) }}
{%- endmacro %}

{% macro default__unnest_json_object(json, name_column, value_column) -%}
    {{ exceptions.raise_compiler_error("unnest_json_object is not written for this engine") }}
{%- endmacro %}

{% macro duckdb__unnest_json_object(json, name_column, value_column) -%}
    {% set members = "from_json(" ~ json ~ ", '\"MAP(VARCHAR, VARCHAR)\"')" %}
    unnest(map_keys({{ members }})) as {{ name_column }},
    unnest(map_values({{ members }})) as {{ value_column }}
{%- endmacro %}


{#- A JSON text without needless spaces as PostgreSQL writes it: one after each comma and colon. -#}
{% macro json_spaced_text(json) -%}
    {{ return(adapter.dispatch("json_spaced_text", "cost_insights")(json)) }}
{%- endmacro %}

{% macro default__json_spaced_text(json) -%}
    {{ exceptions.raise_compiler_error("json_spaced_text is not written for this engine") }}
{%- endmacro %}

{% macro duckdb__json_spaced_text(json) -%}
    array_to_string(
        list_transform(
            regexp_extract_all({{ json }}, '"(?:[^"\\]|\\.)*"|[^"]+'),
            lambda part: case
                when starts_with(part, '"') then part
                else replace(replace(part, ',', ', '), ':', ': ')
            end
        ),
        ''
    )
{%- endmacro %}


{#-
  How to tell JSON null from nothing at some paths of a record, which cutting it does not, in one parse:
    kinds        what is to be known of the record, a column
    conditions   that there is JSON null at a path, one for each, on that column
-#}
{% macro json_null_checks(json, key_lists, kinds_column) -%}
    {{ return(adapter.dispatch("json_null_checks", "cost_insights")(json, key_lists, kinds_column)) }}
{%- endmacro %}

{% macro default__json_null_checks(json, key_lists, kinds_column) -%}
    {{ exceptions.raise_compiler_error("json_null_checks is not written for this engine") }}
{%- endmacro %}

{#- A pointer takes the place of an array and a key made of digits for each other, so what is above must tell. -#}
{% macro duckdb__json_null_checks(json, key_lists, kinds_column) -%}
    {% set pointers, conditions = [], [] %}
    {% for keys in key_lists %}
        {% set above, condition = namespace(pointer=""), [] %}
        {% for key in keys %}
            {% if key is number or modules.re.fullmatch("[0-9]+|-", key) %}
                {% do pointers.append(above.pointer) %}
                {% do condition.append(
                    kinds_column ~ "[" ~ (pointers | length) ~ "] = " ~ ("'ARRAY'" if key is number else "'OBJECT'")
                ) %}
            {% endif %}
            {% set above.pointer = above.pointer ~ "/" ~ (key | string).replace("~", "~0").replace("/", "~1") %}
        {% endfor %}
        {% do pointers.append(above.pointer) %}
        {% do condition.append(kinds_column ~ "[" ~ (pointers | length) ~ "] = 'NULL'") %}
        {% do conditions.append("(" ~ condition | join(" and ") ~ ")") %}
    {% endfor %}
    {{ return({"kinds": "json_type(" ~ json ~ ", [" ~ quote_list(pointers) ~ "])", "conditions": conditions}) }}
{%- endmacro %}


{#- A text as a JSON string. -#}
{% macro json_string(text) -%}
    {{ return(adapter.dispatch("json_string", "cost_insights")(text)) }}
{%- endmacro %}

{% macro default__json_string(text) -%}
    {{ exceptions.raise_compiler_error("json_string is not written for this engine") }}
{%- endmacro %}

{% macro duckdb__json_string(text) -%}
    {{ return("cast(to_json(" ~ text ~ ") as string)") }}
{%- endmacro %}


{#-
  A JSON value as one text, equal for equal values: 1, 1.0 and 1e0 are one, 1 and "1" are two; nothing is
  JSON null. `number` is the value at 20 decimals when it is a number of at most 18 whole digits.
-#}
{% macro canonical_json(json, number) -%}
    case
        when {{ json }} is null then 'null'
        when starts_with({{ json }}, '"') then '"' || {{ read_any_text(json) }}
        when not {{ is_json_number(json) }} then {{ json }}
        when {{ number }} = 0 then '0'
        when {{ number }} is not null then regexp_replace(cast({{ number }} as string), '[.]?0+$', '')
        else coalesce(cast(try_cast({{ json }} as decimal(38, 0)) as string), {{ json }})
    end
{%- endmacro %}
