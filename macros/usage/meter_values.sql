{#-
  What the records of one source's `events` hold for some meters: a subquery with one row per event and
  meter whose filter it matches and that finds something to measure there, still as it was written:
    aggregation  of the meter
    value_kind   what the value must be: count (none), number, numeric_text (a number, or a text that holds
                 one) or any
    value_json, exact_value   as `read_decimal` wants them
    dimensions   a JSON object of texts; null for a meter without dimensions
  One parse serves all meters; a second one, exact, where a value has decimals, and one where a value is
  missing that `unique` would count if it were JSON null.
-#}
{% macro meter_values(event_source, events, loads, meters) %}
    {% set payload_key = event_source.payload_key %}
    {% set read = read_properties(payload_key, _named_properties(meters)) %}
    {% set fields = read["fields"] %}
    {% set measured = _measured_properties(meters) %}
    {% set exact_paths = _payload_paths(payload_key, measured, "DECIMAL(38,20)") %}
    {% set exact_parts = compile_structures(exact_paths) %}

    {% set inexact, exact_fields = [], {} %}
    {% for property in measured %}
        {% set name = tojson(property["keys"]) %}
        {% do inexact.append(is_json_fraction(fields[name])) %}
        {% do exact_fields.update({name: compile_field("exact_fields", exact_parts, exact_paths[loop.index0])}) %}
    {% endfor %}
    {% set told_apart, null_conditions, without_value = _told_apart_properties(meters), {}, [] %}
    {% set null_checks = json_null_checks("valid_record", _payload_keys(payload_key, told_apart), "json_kinds") %}
    {% for property in told_apart %}
        {% set name = tojson(property["keys"]) %}
        {% do null_conditions.update({name: null_checks["conditions"][loop.index0]}) %}
        {% do without_value.append(fields[name] ~ " is null") %}
    {% endfor %}
    {% set aggregations, kinds = [], [] %}
    {% set values, exact_values, dimensions = [], [], [] %}
    {% for meter in meters %}
        {% set meter_id, value = text_literal(meter["meter_id"]), meter["value"] %}
        {% do aggregations.append([meter_id, "'" ~ meter["aggregation"] ~ "'"]) %}
        {% do kinds.append([meter_id, "'" ~ _value_kind(meter) ~ "'"]) %}
        {% if value %}
            {% do values.append([meter_id, "cast(" ~ _field_of(value, fields) ~ " as string)"]) %}
        {% endif %}
        {% if value and value["built_in"] is none %}
            {% do exact_values.append([meter_id, exact_fields[tojson(value["keys"])]]) %}
        {% endif %}
        {% if meter["dimensions"] %}
            {% do dimensions.append([meter_id, _dimensions_text(meter, fields)]) %}
        {% endif %}
    {% endfor %}
    (
        -- An event's record is known to be valid JSON; the condition holds the parse back until then.
        with records as (
            select
                {{ _event_columns("events") }},
                events.event_name,
                case when events.raw_row_number is not null then payloads.record end as valid_record
            from {{ event_source.payloads }} as payloads
            inner join {{ events }} as events
                on payloads.raw_row_number = events.raw_row_number
            where
                {{ in_loads("payloads.raw_file", loads) }}
                {% if loads %}
                    and events.load_number between {{ loads[0].load_number }} and {{ loads[-1].load_number }}
                {% endif %}
        ),

        cut as (
            select
                {{ _event_columns() }},
                event_name,
                valid_record,
                {{ read["fields_of_record"] }} as fields
            from records
        ),

        -- Every value under a short name: expressions that repeat it many times plan slowly.
        named as (
            select
                {{ _event_columns() }},
                event_name,
                valid_record
                {% for column in read["columns"] %}, {{ column }} {% endfor %}
            from cut
        ),

        cut_exactly as (
            select
                *,
                {% if inexact %}
                    case
                        when {{ inexact | join(" or ") }} then {{ cut_json_parts("valid_record", exact_parts) }}
                    end as exact_fields,
                {% else %}
                    null as exact_fields,
                {% endif %}
                {% if without_value %}
                    case when {{ without_value | join(" or ") }} then {{ null_checks["kinds"] }} end as json_kinds
                {% else %}
                    null as json_kinds
                {% endif %}
            from named
        ),

        -- As a list, because an engine may run a step once for each step that reads it.
        matched as (
            select
                *,
                {{ unnest_list(_matching_meters(meters, fields, null_conditions)) }} as meter_id
            from cut_exactly
        )

        select
            {{ _event_columns() }},
            meter_id,
            {{ _by_meter(aggregations, "string") }} as aggregation,
            {{ _by_meter(kinds, "string") }} as value_kind,
            {{ _by_meter(values, "string") }} as value_json,
            {{ _by_meter(exact_values, "decimal(38, 20)") }} as exact_value,
            {{ _by_meter(dimensions, "string") }} as dimensions
        from matched
    )
{% endmacro %}


{#-
  How to read the values of the payload that properties name:
    fields_of_record   one parse of `valid_record`, named `fields` afterwards
    columns            a column for each value, in its JSON notation
    fields             the columns by what names them, as `filter_condition` wants them: name, source and
                       timestamp, else the JSON text of the keys
-#}
{% macro read_properties(payload_key, properties) %}
    {% set paths = _payload_paths(payload_key, properties, "JSON") %}
    {% set parts = compile_structures(paths) %}
    {% set columns = [] %}
    {% set fields = {
        "name": "event_name",
        "source": "event_source",
        "timestamp": epoch_seconds("occurred_at"),
    } %}
    {% for property in properties %}
        {% set column = "property_" ~ loop.index %}
        {% set field = compile_field("fields", parts, paths[loop.index0]) %}
        {% if _is_number_in_polar(payload_key, property) %}
            {% set field = number_of_text(field) %}
        {% endif %}
        {% do columns.append(field ~ " as " ~ column) %}
        {% do fields.update({tojson(property["keys"]): column}) %}
    {% endfor %}
    {{ return({
        "fields_of_record": compute_once(cut_json_parts("valid_record", parts)) if parts else "null",
        "columns": columns,
        "fields": fields,
    }) }}
{% endmacro %}


{#- The meters that see a source's events: those that came from it, and those of the seed. -#}
{% macro meters_of_source(meters, event_source) %}
    {% set seeing = [] %}
    {% for meter in meters if meter["source_system"] in ["seed", event_source.source_system] %}
        {% do seeing.append(meter) %}
    {% endfor %}
    {{ return(seeing) }}
{% endmacro %}


{#- What an event brings along to the meters that count it. -#}
{% macro _event_columns(relation=none) %}
    {% set columns = [] %}
    {% for column in [
        "raw_row_number", "load_number", "event_id", "event_source", "customer_reference", "occurred_at",
        "ingested_at",
    ] %}
        {% do columns.append((relation ~ "." if relation else "") ~ column) %}
    {% endfor %}
    {{ return(columns | join(", ")) }}
{% endmacro %}


{#- Every value of the payload that filters, aggregations and dimensions name, once. -#}
{% macro _named_properties(meters) %}
    {% set properties = {} %}
    {% for meter in meters %}
        {% set named = meter["dimensions"].values() | list + ([meter["value"]] if meter["value"] else []) %}
        {% for token in meter["tokens"] if token is not string %}
            {% do named.append(token["property"]) %}
        {% endfor %}
        {% for property in named if property["built_in"] is none %}
            {% do properties.update({tojson(property["keys"]): property}) %}
        {% endfor %}
    {% endfor %}
    {{ return(properties.values() | list) }}
{% endmacro %}


{#- Those of them that are measured as numbers, or told apart as values. -#}
{% macro _measured_properties(meters) %}
    {% set properties = {} %}
    {% for meter in meters if meter["value"] and meter["value"]["built_in"] is none %}
        {% do properties.update({tojson(meter["value"]["keys"]): meter["value"]}) %}
    {% endfor %}
    {{ return(properties.values() | list) }}
{% endmacro %}


{#- Those of them that Polar's `unique` tells apart: JSON null is a value to it, and nothing to OpenMeter. -#}
{% macro _told_apart_properties(meters) %}
    {% set counting_null = [] %}
    {% for meter in meters if meter["aggregation"] == "unique" and meter["source_system"] != "openmeter" %}
        {% do counting_null.append(meter) %}
    {% endfor %}
    {{ return(_measured_properties(counting_null)) }}
{% endmacro %}


{#- Properties, which begin at the payload, by their keys in the record; and as paths that end in a type. -#}
{% macro _payload_keys(payload_key, properties) %}
    {% set key_lists = [] %}
    {% for property in properties %}
        {% do key_lists.append([payload_key] + property["keys"]) %}
    {% endfor %}
    {{ return(key_lists) }}
{% endmacro %}

{% macro _payload_paths(payload_key, properties, leaf) %}
    {% set paths = [] %}
    {% for keys in _payload_keys(payload_key, properties) %}
        {% do paths.append({"keys": keys, "leaf": leaf}) %}
    {% endfor %}
    {{ return(paths) }}
{% endmacro %}


{#-
  Amounts and token counts that Polar holds as numbers, whether they were sent as numbers or as texts; its
  exports write the amount as a text (spec/polar.md 1.2 and 11).
-#}
{% macro _is_number_in_polar(payload_key, property) %}
    {{ return(payload_key == "metadata" and property["keys"] in [
        ["_cost", "amount"],
        ["_llm", "input_tokens"],
        ["_llm", "cached_input_tokens"],
        ["_llm", "output_tokens"],
        ["_llm", "total_tokens"],
    ]) }}
{% endmacro %}


{% macro _field_of(property, fields) %}
    {{ return(fields[property["built_in"] or tojson(property["keys"])]) }}
{% endmacro %}


{#-
  The list of the meters that an event counts for. Most meters want events of one name; they are looked
  at together, for events of that name only.
-#}
{% macro _matching_meters(meters, fields, null_conditions) %}
    {% set of_any_name, by_name = [], {} %}
    {% for meter in meters %}
        {% set match = "case when " ~ _counts_for(meter, fields, null_conditions)
            ~ " then " ~ text_literal(meter["meter_id"]) ~ " end" %}
        {% set name = _required_name(meter["tokens"]) %}
        {% do (of_any_name if name is none else by_name.setdefault(name, [])).append(match) %}
    {% endfor %}
    {% set cases = [] %}
    {% for name, matches in by_name.items() %}
        {% do cases.append("when " ~ text_literal(name) ~ " then " ~ list_values(matches)) %}
    {% endfor %}
    {% set of_name = "case event_name " ~ cases | join(" ") ~ " else " ~ empty_list("string") ~ " end" %}
    {% if not cases %}
        {{ return(list_values(of_any_name)) }}
    {% elif not of_any_name %}
        {{ return(of_name) }}
    {% endif %}
    {{ return(concat_lists(list_values(of_any_name), of_name)) }}
{% endmacro %}


{#- The one name that an event must have to match a filter: that of a clause to which the rest is added by `and`. -#}
{% macro _required_name(tokens) %}
    {% set seen = namespace(depth=0, name=none, has_or=false) %}
    {% for token in tokens %}
        {% if token is not string %}
            {% if
                seen.depth == 1 and token["property"]["built_in"] == "name"
                and token["operator"] == "eq" and token["value"] is string
            %}
                {% set seen.name = token["value"] %}
            {% endif %}
        {% elif token == "(" %}
            {% set seen.depth = seen.depth + 1 %}
        {% elif token == ")" %}
            {% set seen.depth = seen.depth - 1 %}
        {% elif token == " or " and seen.depth == 1 %}
            {% set seen.has_or = true %}
        {% endif %}
    {% endfor %}
    {{ return(none if seen.has_or else seen.name) }}
{% endmacro %}


{#- Condition: the event matches a meter's filter and has something to measure (spec/polar.md 4). -#}
{% macro _counts_for(meter, fields, null_conditions) %}
    {% set conditions = [] %}
    {% if meter["archived_at"] %}
        {% do conditions.append("ingested_at <= cast(" ~ text_literal(meter["archived_at"]) ~ " as timestamp)") %}
    {% endif %}
    {% do conditions.append(filter_condition(meter["tokens"], fields)) %}
    {% set value = meter["value"] %}
    {% if value and value["built_in"] in ["name", "source"] %}
        {% do conditions.append("false") %}
    {% elif value and value["built_in"] is none %}
        {% set has_value = _field_of(value, fields) ~ " is not null" %}
        {% if meter["aggregation"] == "unique" and meter["source_system"] != "openmeter" %}
            {% set has_value = "(" ~ has_value ~ " or " ~ null_conditions[tojson(value["keys"])] ~ ")" %}
        {% endif %}
        {% do conditions.append(has_value) %}
    {% endif %}
    {{ return(conditions | join(" and ")) }}
{% endmacro %}


{#- Numeric texts are numbers to OpenMeter alone. -#}
{% macro _value_kind(meter) %}
    {% if meter["aggregation"] == "count" %} {{ return("count") }}
    {% elif meter["aggregation"] == "unique" %} {{ return("any") }}
    {% elif meter["source_system"] == "openmeter" %} {{ return("numeric_text") }}
    {% endif %}
    {{ return("number") }}
{% endmacro %}


{% macro _dimensions_text(meter, fields) %}
    {% set texts = {} %}
    {% for dimension_name, property in meter["dimensions"].items() %}
        {% set field = _field_of(property, fields) %}
        {% do texts.update({
            dimension_name: read_any_text(field) if property["built_in"] is none else "cast(" ~ field ~ " as string)"
        }) %}
    {% endfor %}
    {{ return(json_object_text(texts)) }}
{% endmacro %}


{#- One expression for all meters, from pairs of meter and expression; meters that share one are named together. -#}
{% macro _by_meter(pairs, type) %}
    {% set meter_ids = {} %}
    {% for meter_id, expression in pairs %}
        {% do meter_ids.setdefault(expression, []).append(meter_id) %}
    {% endfor %}
    {% set cases = [] %}
    {% for expression, ids in meter_ids.items() %}
        {% do cases.append("when meter_id in (" ~ ids | join(", ") ~ ") then " ~ expression) %}
    {% endfor %}
    {{ return("case " ~ cases | join(" ") ~ " end" if cases else "cast(null as " ~ type ~ ")") }}
{% endmacro %}


{#- The same without a row. -#}
{% macro no_meter_values() %}
    select
        cast(null as bigint) as raw_row_number,
        cast(null as bigint) as load_number,
        cast(null as string) as event_id,
        cast(null as string) as event_source,
        cast(null as string) as customer_reference,
        cast(null as timestamp) as occurred_at,
        cast(null as timestamp) as ingested_at,
        cast(null as string) as meter_id,
        cast(null as string) as aggregation,
        cast(null as string) as value_kind,
        cast(null as string) as value_json,
        cast(null as decimal(38, 20)) as exact_value,
        cast(null as string) as dimensions
    where false
{% endmacro %}
