{#-
  What one source's records hold at the paths of some cost metrics: a subquery with one row per record
  of an event and metric with a value, still as it was written. One parse serves all metrics and dimensions; a
  second one, exact, where a value has decimals.
-#}
{% macro cost_values(event_source, loads, metrics) %}
    {% set values, exact_values, texts, inexact = [], [], [], [] %}
    {% for metric in metrics %}
        {% do values.append(_payload_path(event_source, metric.value_keys, "JSON")) %}
        {% do exact_values.append(_payload_path(event_source, metric.value_keys, "DECIMAL(38,20)")) %}
        {% for keys in [metric.currency_keys] + metric.dimension_keys.values() | list if keys is not none %}
            {% do texts.append(_payload_path(event_source, keys, "VARCHAR")) %}
        {% endfor %}
    {% endfor %}
    {% set parts, exact_parts = compile_structures(values + texts), compile_structures(exact_values) %}
    {% for path in values %}
        {% do inexact.append(is_json_fraction(compile_field("fields", parts, path))) %}
    {% endfor %}
    {% set found = [] %}
    {% for metric in metrics %}
        {% do found.append(_metric_value(
            event_source,
            metric,
            compile_field("fields", parts, values[loop.index0]),
            compile_field("exact_fields", exact_parts, exact_values[loop.index0]),
            parts
        )) %}
    {% endfor %}
    (
        -- An event's record is known to be valid JSON; the condition holds the parse back until then.
        with records as (
            select
                payloads.raw_row_number,
                events.event_name,
                case when events.raw_row_number is not null then payloads.record end as valid_record
            from {{ event_source.payloads }} as payloads
            inner join {{ ref("int_events") }} as events
                on payloads.raw_row_number = events.raw_row_number
            where
                {{ in_loads("payloads.raw_file", loads) }}
                {% if loads %}
                    and events.load_number between {{ loads[0].load_number }} and {{ loads[-1].load_number }}
                {% endif %}
        ),

        cut as (
            select
                raw_row_number,
                event_name,
                valid_record,
                {{ compute_once(cut_json_parts("valid_record", parts)) }} as fields
            from records
        ),

        cut_exactly as (
            select
                raw_row_number,
                event_name,
                fields,
                case
                    when {{ inexact | join(" or ") }}
                        then {{ cut_json_parts("valid_record", exact_parts) }}
                end as exact_fields
            from cut
        ),

        -- As a list, because an engine may run a step once for each step that reads it.
        listed as (
            select
                raw_row_number,
                {{ unnest_list(list_values(found)) }} as found
            from cut_exactly
        )

        select
            raw_row_number,
            found.*
        from listed
    )
{% endmacro %}


{#- A path of a definition, which begins at the payload, as a path in the record. -#}
{% macro _payload_path(event_source, keys, leaf) %}
    {{ return({"keys": [event_source.payload_key] + keys, "leaf": leaf}) }}
{% endmacro %}


{#- A structure of what the record holds for one metric; null when it holds nothing. -#}
{% macro _metric_value(event_source, metric, value, exact_value, parts) %}
    {% set dimensions = {} %}
    {% for dimension_name, keys in metric.dimension_keys.items() %}
        {% set path = _payload_path(event_source, keys, "VARCHAR") %}
        {% do dimensions.update({dimension_name: compile_field("fields", parts, path)}) %}
    {% endfor %}
    case
        when
            {{ value }} is not null
            {% if metric.event_type != "*" %}
                and event_name = {{ text_literal(metric.event_type) }}
            {% endif %}
            then {{ pack({
                "cost_metric_id": text_literal(metric.cost_metric_id),
                "value_json": value,
                "exact_value": read_decimal(value, exact_value),
                "unit_cost": "cast(" ~ text_literal(metric.unit_cost) ~ " as decimal(30, 12))",
                "amount_unit": text_literal(metric.amount_unit),
                "native_currency": _native_currency(event_source, metric, parts),
                "dimensions": json_object_text(dimensions),
            }) }}
    end
{% endmacro %}


{#- What the event says, else what the metric says; a metric that says nothing means the reporting currency. -#}
{% macro _native_currency(event_source, metric, parts) %}
    {% if metric.currency_keys is none %}
        {{ return(text_literal(metric.currency or get_settings()["reporting_currency"])) }}
    {% endif %}
    {% set said = compile_field("fields", parts, _payload_path(event_source, metric.currency_keys, "VARCHAR")) %}
    {% set default = text_literal(metric.currency) if metric.currency else "null" %}
    {{ return("coalesce(lower(" ~ said ~ "), " ~ default ~ ")") }}
{% endmacro %}
