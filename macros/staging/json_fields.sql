{#-
  Reading the typed fields of a record that `from_json` has cut into JSON texts.
  Each macro gives null for an absent field, for JSON null and for a value that it cannot read;
  `is_unreadable` tells the last from the first two.
-#}


{#-
  A text: JSON strings only, without NUL, which no sender may use (spec/polar.md 1.2).
  read_text('fields.name')
-#}
{% macro read_text(field) -%}
    case
        when starts_with({{ field }}, '"') and not contains({{ field }}, '\u0000')
            then {{ json_scalar_text(field) }}
    end
{%- endmacro %}


{#- Any value in its JSON notation. -#}
{% macro read_json(field) -%}
    cast({{ field }} as string)
{%- endmacro %}


{#-
  Any value as text: a string's content, else its JSON notation. A string with NUL stays in its
  notation, because no SQL text can hold that character.
-#}
{% macro read_any_text(field) -%}
    case
        when contains({{ field }}, '\u0000') then {{ read_json(field) }}
        else {{ json_scalar_text(field) }}
    end
{%- endmacro %}


{#- A text of a definition: what is there and no text is an empty one, which names nothing. -#}
{% macro read_definition_text(field) -%}
    case when {{ field }} is not null then coalesce({{ read_text(field) }}, '') end
{%- endmacro %}


{#- An identifier: a text that is not empty. -#}
{% macro read_identifier(field) -%}
    nullif({{ read_text(field) }}, '')
{%- endmacro %}


{#- One of a few texts; `default` when the field is absent. -#}
{% macro read_choice(field, choices, default) -%}
    case
        when {{ field }} is null then {{ text_literal(default) }}
        {% for choice in choices %}
            when {{ field }} = {{ text_literal('"' ~ choice ~ '"') }} then {{ text_literal(choice) }}
        {% endfor %}
    end
{%- endmacro %}


{#- A whole number of at most 18 digits: 15 in major units, as Arithmetic in DESIGN.md allows, and 3 below. -#}
{% macro read_integer(field) -%}
    case
        when regexp_full_match({{ field }}, '-?[0-9]{1,18}') then try_cast({{ field }} as bigint)
    end
{%- endmacro %}


{#-
  The same, also when it is written as 100.0 or 1e2, which exports of tables do; so written it may have
  been through a double, which is exact up to 2^53.
-#}
{% macro read_whole_number(field) -%}
    {% set number = "try_cast(" ~ field ~ " as decimal(38, 10))" %}
    case
        when regexp_full_match({{ field }}, '-?[0-9]+([.][0-9]+)?([eE][+-]?[0-9]+)?')
            then
                case
                    when not regexp_matches({{ field }}, '[.eE]') then {{ read_integer(field) }}
                    when {{ number }} = trunc({{ number }}) and abs({{ number }}) <= 9007199254740992
                        then cast({{ number }} as bigint)
                end
    end
{%- endmacro %}


{#- A whole number, with a value for a field that is absent: an unreadable one stays unknown. -#}
{% macro read_integer_or(field, absent) -%}
    case when {{ field }} is null then {{ absent }} else {{ read_integer(field) }} end
{%- endmacro %}


{% macro read_boolean(field) -%}
    case {{ field }} when 'true' then true when 'false' then false end
{%- endmacro %}


{#-
  An instant, UTC: ISO 8601 with an offset, or unix seconds or milliseconds as a number or in a
  text. Numbers beyond 2e10 are milliseconds, as in Polar's own validation.
-#}
{% macro read_timestamp(field) -%}
    {% set text = json_scalar_text(field) %}
    case
        when
            regexp_full_match(
                {{ text }},
                '{{ _iso_8601_pattern() }}'
            )
            then {{ utc_from_iso(text) }}
        when regexp_full_match({{ text }}, '-?[0-9]{1,15}([.][0-9]{1,9})?')
            then {{ utc_from_unix(text) }}
    end
{%- endmacro %}


{% macro _iso_8601_pattern() -%}
    {% set day = "[0-9]{4}-[0-9]{2}-[0-9]{2}" %}
    {% set time = "([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9]([.][0-9]+)?)?" %}
    {% set offset = "(Z|[+-]([01][0-9]|2[0-3])(:?[0-5][0-9])?)" %}
    {{ return(day ~ "[T ]" ~ time ~ offset) }}
{%- endmacro %}


{#- Whether a field is there, is not null, and could not be read. -#}
{% macro is_unreadable(field, value) -%}
    ({{ value }} is null and {{ field }} is not null)
{%- endmacro %}


{#- A calendar day: ISO 8601 text, alone or at the start of a timestamp. -#}
{% macro read_date(field) -%}
    case
        when regexp_full_match({{ field }}, '"[0-9]{4}-[0-9]{2}-[0-9]{2}([T ].*)?"')
            then try_cast(substring({{ field }}, 2, 10) as date)
    end
{%- endmacro %}
