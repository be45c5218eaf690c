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
        {% do any_number.append(is_json_number(compile_field("fields", structures, keys))) %}
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
        ),

        -- As a list, because an engine may run a step once for each step that reads it.
        listed as (
            select
                raw_row_number,
                {{ unnest_values(
                    _metric_values(event_source, structures, exact_structures, metrics, value_paths)
                ) }} as found
            from cut_exactly
        )

        select
            raw_row_number,
            found.*
        from listed
        where found is not null
    )
{% endmacro %}


{#- For each metric a structure of what the record holds; null when it holds nothing. -#}
{% macro _metric_values(event_source, structures, exact_structures, metrics, value_paths) %}
    {% set name = read_text(compile_field("fields", structures, [event_source.name_key])) %}
    {% set values = [] %}
    {% for metric in metrics %}
        {% set value = compile_field("fields", structures, value_paths[loop.index0]) %}
        {% set exact_value = compile_field("exact_fields", exact_structures, value_paths[loop.index0]) %}
        {% set conditions = [value ~ " is not null"] %}
        {% if metric.event_type != "*" %}
            {% do conditions.append(name ~ " = " ~ text_literal(metric.event_type)) %}
        {% endif %}
        {% set found = pack({
            "cost_metric_id": text_literal(metric.cost_metric_id),
            "value_json": value,
            "exact_value": read_decimal(value, exact_value),
            "unit_cost": "cast(" ~ text_literal(metric.unit_cost) ~ " as decimal(30, 12))",
            "amount_unit": text_literal(metric.amount_unit),
            "native_currency": _native_currency(event_source, structures, metric),
            "dimensions": _dimensions(event_source, structures, metric),
        }) %}
        {% do values.append("case when " ~ conditions | join(" and ") ~ " then " ~ found ~ " end") %}
    {% endfor %}
    {{ return(values) }}
{% endmacro %}


{#- What the event says, else what the metric says; a metric that says nothing means the reporting currency. -#}
{% macro _native_currency(event_source, structures, metric) %}
    {% if metric.currency_keys is none %}
        {{ return(text_literal(metric.currency or get_settings()["reporting_currency"])) }}
    {% endif %}
    {% set field = compile_field("fields", structures, [event_source.payload_key] + metric.currency_keys) %}
    case
        when {{ field }} is null then {{ text_literal(metric.currency) if metric.currency else "null" }}
        else lower({{ read_text(field) }})
    end
{% endmacro %}


{% macro _dimensions(event_source, structures, metric) %}
    {% set texts = {} %}
    {% for dimension_name, keys in metric.dimension_keys.items() %}
        {% set field = compile_field("fields", structures, [event_source.payload_key] + keys) %}
        {% do texts.update({dimension_name: json_scalar_text(field)}) %}
    {% endfor %}
    {{ return(json_object_text(texts)) }}
{% endmacro %}
