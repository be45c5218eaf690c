{#- A whole number as people write it, thousands set apart: `1,234`. -#}
{% macro whole_text(number) -%}
    {{ return(adapter.dispatch("whole_text", "cost_insights")(number)) }}
{%- endmacro %}

{% macro default__whole_text(number) -%}
    {{ exceptions.raise_compiler_error("whole_text is not written for this engine") }}
{%- endmacro %}

{% macro duckdb__whole_text(number) -%}
    {{ return("format('{:,}', cast(round(" ~ number ~ ", 0) as hugeint))") }}
{%- endmacro %}


{#- A whole number of hundredths from 0 on as people write it: 123450 is `1,234.50`. -#}
{% macro hundredths_text(number) -%}
    {{ return(adapter.dispatch("hundredths_text", "cost_insights")(number)) }}
{%- endmacro %}

{% macro default__hundredths_text(number) -%}
    {{ exceptions.raise_compiler_error("hundredths_text is not written for this engine") }}
{%- endmacro %}

{% macro duckdb__hundredths_text(number) -%}
    {% set whole = "cast(round(" ~ number ~ ", 0) as hugeint)" %}
    {{ return("format('{:,}.{:02d}', " ~ whole ~ " // 100, " ~ whole ~ " % 100)") }}
{%- endmacro %}
