{#-
  The structures by which `cut_json_parts` takes the values at some paths from a record. One holds them
  all, unless two paths disagree about what a key holds (`$.a` and `$.a.b`, or two types) or differ in
  case only, which a structure cannot tell apart: then the later path goes into the next one.

  A path is {"keys", "leaf"}: keys as `compile_json_path` gives them, and the type of what stands at
  their end. The result is a list of {"paths", "structure"}:
  compile_structures([{'keys': ['a', 'b'], 'leaf': 'JSON'}, {'keys': ['a'], 'leaf': 'JSON'}])
      ->  [{..., 'structure': {'a': {'b': 'JSON'}}}, {..., 'structure': {'a': 'JSON'}}]
-#}
{% macro compile_structures(paths) %}
    {% set parts = [] %}
    {% for path in paths %}
        {% set search = namespace(part=none) %}
        {% for part in parts if search.part is none %}
            {% set conflicts = [] %}
            {% for other in part["paths"] if _disagree(path, other) %}
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
        {% do search.part["paths"].append(path) %}
        {% do _add_path(search.part["structure"], path["keys"], path["leaf"]) %}
    {% endfor %}
    {{ return(parts) }}
{% endmacro %}


{#-
  Whether two paths cannot be in one structure: one begins with the other, they end alike with other
  types, or they part at a step that a structure cannot tell. All places of an array look alike to it.
-#}
{% macro _disagree(path, other_path) %}
    {% set keys, other_keys = path["keys"], other_path["keys"] %}
    {% for key in keys[:other_keys | length] %}
        {% set other = other_keys[loop.index0] %}
        {% if (key is number) != (other is number) %}
            {{ return(true) }}
        {% elif key is string and key != other %}
            {{ return(key | lower == other | lower) }}
        {% endif %}
    {% endfor %}
    {{ return(keys | length != other_keys | length or path["leaf"] != other_path["leaf"]) }}
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
{% macro compile_field(column, parts, path) %}
    {% for part in parts %}
        {% if path in part["paths"] %}
            {{ return(column ~ "." ~ json_part_name(loop.index) ~ json_steps(path["keys"])) }}
        {% endif %}
    {% endfor %}
{% endmacro %}
