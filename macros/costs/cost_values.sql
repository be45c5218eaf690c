{#-
  What one source's records hold at the paths of some cost metrics: a subquery with one row per record
  and metric with a value, still as it was written. One parse serves all metrics and dimensions; a
  second one, exact, where a value is a JSON number.
-#}
{% macro cost_values(event_source, loads, metrics) %}
    {% set name_path = [event_source.name_key] %}
    {% set value_paths, context_paths = [], [name_path] %}
    {% for metric in metrics %}
        {% do value_paths.append([event_source.payload_key] + metric.value_keys) %}
        {% for keys in [metric.currency_keys] + metric.dimension_keys.values() | list if keys is not none %}
            {% do context_paths.append([event_source.payload_key] + keys) %}
        {% endfor %}
    {% endfor %}
    {% set structures = compile_structures(value_paths + context_paths, "JSON") %}
    {% set exact_structures = compile_structures(value_paths, "DECIMAL(38,20)") %}
    {% set any_number = [] %}
    {% for keys in value_paths %}
        {% do any_number.append(is_json_number(compile_field("fields", structures, keys, "JSON"))) %}
    {% endfor %}
    (
        with payloads as (
            select
                raw_row_number,
                case when json_valid(record) then record end as valid_record
            from {{ event_source.payloads }}
            where {{ in_loads("raw_file", loads) }}
        ),

        cut as (
            select
                raw_row_number,
                valid_record,
                {{ compute_once(cut_json_parts("valid_record", structures)) }} as fields
            from payloads
        ),

        cut_exactly as (
            select
                raw_row_number,
                fields,
                case
                    when {{ any_number | join(" or ") }}
                        then {{ cut_json_parts("valid_record", exact_structures) }}
                end as exact_fields
            from cut
        )

        {% for metric in metrics %}
            {% set keys = value_paths[loop.index0] %}
            {% set value = compile_field("fields", structures, keys, "JSON") %}
            {% set exact_value = compile_field("exact_fields", exact_structures, keys, "DECIMAL(38,20)") %}
            select
                raw_row_number,
                {{ text_literal(metric.cost_metric_id) }} as cost_metric_id,
                {{ value }} as value_json,
                {{ read_decimal(value, exact_value) }} as exact_value,
                cast({{ text_literal(metric.unit_cost) }} as decimal(30, 12)) as unit_cost,
                {{ text_literal(metric.amount_unit) }} as amount_unit,
                {{ _native_currency(event_source, structures, metric) }} as native_currency,
                {{ _dimensions(event_source, structures, metric) }} as dimensions
            from cut_exactly
            where
                {{ value }} is not null
                {% if metric.event_type != "*" %}
                    {% set event_name = read_text(compile_field("fields", structures, name_path, "JSON")) %}
                    and {{ event_name }} = {{ text_literal(metric.event_type) }}
                {% endif %}
            {% if not loop.last %}
                union all
            {% endif %}
        {% endfor %}
    )
{% endmacro %}


{#- What the event says, else what the metric says; a metric that says nothing means the reporting currency. -#}
{% macro _native_currency(event_source, structures, metric) %}
    {% if metric.currency_keys is none %}
        {{ return(text_literal(metric.currency or get_settings()["reporting_currency"])) }}
    {% endif %}
    {% set field = compile_field(
        "fields", structures, [event_source.payload_key] + metric.currency_keys, "JSON"
    ) %}
    case
        when {{ field }} is null then {{ text_literal(metric.currency) if metric.currency else "null" }}
        else lower({{ read_text(field) }})
    end
{% endmacro %}


{% macro _dimensions(event_source, structures, metric) %}
    {% set texts = {} %}
    {% for dimension_name, keys in metric.dimension_keys.items() %}
        {% set field = compile_field("fields", structures, [event_source.payload_key] + keys, "JSON") %}
        {% do texts.update({dimension_name: json_scalar_text(field)}) %}
    {% endfor %}
    {{ return(json_object_text(texts)) }}
{% endmacro %}
