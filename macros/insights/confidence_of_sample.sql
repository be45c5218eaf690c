{#- How sure a finding over so many subscriptions or customers is; null when there are too few. -#}
{% macro confidence_of_sample(count) -%}
    case
        when {{ count }} >= thresholds.confidence_high_sample then 'high'
        when {{ count }} >= thresholds.confidence_medium_sample then 'medium'
        when {{ count }} >= thresholds.confidence_low_sample then 'low'
    end
{%- endmacro %}
