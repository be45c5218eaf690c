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
        {% for part in parts if search.part is none and _fits(path, part["structure"]) %}
            {% set search.part = part %}
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
  Whether a path can go into a structure: not where it begins with one that is there or the reverse,
  ends like one with another type, or parts from one at a step that a structure cannot tell. All places
  of an array look alike to it.
-#}
{% macro _fits(path, structure) %}
    {% set branch = namespace(at=structure) %}
    {% for key in path["keys"] %}
        {% if branch.at is string or (branch.at is mapping) != (key is string) %}
            {{ return(false) }}
        {% elif key is number %}
            {% set branch.at = branch.at[0] %}
        {% elif key in branch.at %}
            {% set branch.at = branch.at[key] %}
        {% else %}
            {{ return(key | lower not in (branch.at.keys() | map("lower"))) }}
        {% endif %}
    {% endfor %}
    {{ return(branch.at == path["leaf"]) }}
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
