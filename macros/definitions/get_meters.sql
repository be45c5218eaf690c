{#- The meters in force: definitions that can be compiled, as `judge_meter` compiles them. -#}
{% macro get_meters() %}
    {% set meters = [] %}
    {% for judged in get_judged_meters() if judged["problems"] | length == 0 %}
        {% do meters.append(judged["meter"]) %}
    {% endfor %}
    {{ return(meters) }}
{% endmacro %}


{#- Every definition of a meter, as `judge_meter` sees it. -#}
{% macro get_judged_meters() %}
    {% set definitions = ref("int_meter_definitions") %}
    {% set judged = [] %}
    {% if execute and load_relation(definitions) %}
        {% for definition in get_rows(definitions, "definition_rank, meter_id, filter_json, value_path") %}
            {% do judged.append(judge_meter(definition)) %}
        {% endfor %}
    {% endif %}
    {{ return(judged) }}
{% endmacro %}
