{#-
  The structures by which `cut_json` takes the values at some paths from a record. One holds them all,
  unless two paths disagree about what a key holds (`$.a` and `$.a.b`) or differ in case only, which a
  structure cannot tell apart: then the later path goes into the next one.

  `paths` are lists as `compile_json_path` gives them; `leaf` is the type of what stands at their ends.
  A list of {"paths", "structure"}:
  compile_structures([['a', 'b'], ['a', 'c'], ['a']], 'JSON')
      ->  [{..., 'structure': {'a': {'b': 'JSON', 'c': 'JSON'}}}, {..., 'structure': {'a': 'JSON'}}]
-#}
{% macro compile_structures(paths, leaf) %}
    {% set parts = [] %}
    {% for keys in paths %}
        {% set search = namespace(part=none) %}
        {% for part in parts if search.part is none %}
            {% set conflicts = [] %}
            {% for other in part["paths"] if _disagree(keys, other) %}
                {% do conflicts.append(other) %}
            {% endfor %}
            {% if not conflicts %}
                {% set search.part = part %}
            {% endif %}
        {% endfor %}
        {% if search.part is none %}
            {% set search.part = {"paths": [], "structure": {}} %}
            {% do parts.append(search.part) %}
        {% endif %}
        {% do search.part["paths"].append(keys) %}
        {% do _add_path(search.part["structure"], keys, leaf) %}
    {% endfor %}
    {{ return(parts) }}
{% endmacro %}


{#- Whether two different paths cannot be in one structure. All places of an array look alike to it. -#}
{% macro _disagree(left, right) %}
    {% for key in left %}
        {% set other = right[loop.index0] if loop.index0 < right | length else none %}
        {% if other is none or (key is number) != (other is number) %}
            {{ return(true) }}
        {% elif key is string and key != other %}
            {{ return(key | lower == other | lower) }}
        {% endif %}
    {% endfor %}
    {{ return(left | length != right | length) }}
{% endmacro %}


{#- Adds a path: objects become mappings, arrays lists of what their places hold. -#}
{% macro _add_path(structure, keys, leaf) %}
    {% set branch = namespace(at=structure) %}
    {% for key in keys %}
        {% set below = leaf if loop.last else [] if loop.nextitem is number else {} %}
        {% if key is number %}
            {% if not branch.at %}
                {% do branch.at.append(below) %}
            {% endif %}
            {% set branch.at = branch.at[0] %}
        {% else %}
            {% do branch.at.setdefault(key, below) %}
            {% set branch.at = branch.at[key] %}
        {% endif %}
    {% endfor %}
{% endmacro %}


{#- The column expression of a path in what `cut_json_parts` returned for these structures. -#}
{% macro compile_field(column, parts, keys) %}
    {% for part in parts %}
        {% if keys in part["paths"] %}
            {{ return(column ~ "." ~ json_part_name(loop.index) ~ json_steps(keys)) }}
        {% endif %}
    {% endfor %}
{% endmacro %}
