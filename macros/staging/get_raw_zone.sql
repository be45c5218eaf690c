{#- The folder of the raw zone, as `scripts/paths.py` resolves it. -#}
{% macro get_raw_zone() -%}
    {{ return(env_var("COST_INSIGHTS_RAW", "raw")) }}
{%- endmacro %}
