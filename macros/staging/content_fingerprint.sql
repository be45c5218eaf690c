{#-
  What a copy of an event must repeat to be a mere duplicate. 48 bits are plenty to tell two copies
  apart, and cost less to store than 128.
-#}
{% macro content_fingerprint(columns) -%}
    substr({{ fingerprint(columns) }}, 1, 12)
{%- endmacro %}
