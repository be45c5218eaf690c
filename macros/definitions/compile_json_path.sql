{#-
  A JSONPath of plain keys as the list of its keys; anything else is refused with the place.
  compile_json_path('$._cost.amount', 'polar_cost')  ->  ['_cost', 'amount']
-#}
{% macro compile_json_path(path, definition_id) %}
    {% if not modules.re.fullmatch("[$]([.][^.\\[\\]*?'\"\\s]+)+", path) %}
        {% set readable = modules.re.match("[$]?([.][^.\\[\\]*?'\"\\s]+)*", path).end() %}
        {{ exceptions.raise_compiler_error(
            "Cost metric '" ~ definition_id ~ "': path " ~ path ~ " cannot be read from position "
            ~ (readable + 1) ~ " on; write keys such as $.usage.amount."
        ) }}
    {% endif %}
    {{ return(path.split(".")[1:]) }}
{% endmacro %}


{#-
  The structure by which `cut_json` takes all paths from a record in one parse; `leaf` is the type
  of what stands at each path's end.
  compile_structure([['metadata', 'a'], ['metadata', 'b']], 'JSON')
      ->  {'metadata': {'a': 'JSON', 'b': 'JSON'}}
-#}
{% macro compile_structure(key_lists, leaf) %}
    {% set structure = {} %}
    {% for keys in key_lists %}
        {% set branch = namespace(at=structure) %}
        {% for key in keys[:-1] %}
            {% if key not in branch.at %}
                {% do branch.at.update({key: {}}) %}
            {% endif %}
            {% set branch.at = branch.at[key] %}
        {% endfor %}
        {% do branch.at.update({keys[-1]: leaf}) %}
    {% endfor %}
    {{ return(structure) }}
{% endmacro %}


{#- The column expression of a path in what `cut_json` returned. -#}
{% macro compile_field(fields_column, keys) %}
    {% set quoted = [] %}
    {% for key in keys %}
        {% do quoted.append('"' ~ key.replace('"', '""') ~ '"') %}
    {% endfor %}
    {{ return(fields_column ~ "." ~ quoted | join(".")) }}
{% endmacro %}


{#- A cost metric with its paths compiled: `value_keys`, `currency_keys`, `dimension_keys`. -#}
{% macro compile_cost_metric(metric) %}
    {% set compiled = dict(metric) %}
    {% set path_keys = namespace(currency=none) %}
    {% if metric["currency_path"] %}
        {% set path_keys.currency =
            metric["root"] + compile_json_path(metric["currency_path"], metric["cost_metric_id"]) %}
    {% endif %}
    {% set dimension_keys = {} %}
    {% for dimension_name, path in metric["group_by"].items() %}
        {% do dimension_keys.update({
            dimension_name: metric["root"] + compile_json_path(path, metric["cost_metric_id"])
        }) %}
    {% endfor %}
    {% do compiled.update({
        "value_keys": metric["root"] + compile_json_path(metric["value_path"], metric["cost_metric_id"]),
        "currency_keys": path_keys.currency,
        "dimension_keys": dimension_keys,
    }) %}
    {{ return(compiled) }}
{% endmacro %}
