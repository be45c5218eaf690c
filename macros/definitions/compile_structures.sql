{#-
  The structures by which `cut_json` takes the values at some paths from a record. One holds them all,
  unless two paths disagree about what a key holds (`$.a` and `$.a.b`) or differ in case only, which a
  structure cannot tell apart: then the later path goes into the next one.

  `paths` are lists as `compile_json_path` gives them; `leaf` is the type of what stands at their ends.
  compile_structures([['a', 'b'], ['a', 'c'], ['a']], 'JSON')  ->  [{'a': {'b': 'JSON', 'c': 'JSON'}}, {'a': 'JSON'}]
-#}
{% macro compile_structures(paths, leaf) %}
    {% set structures = [] %}
    {% for keys in paths %}
        {% set search = namespace(is_placed=false) %}
        {% for structure in structures if not search.is_placed %}
            {% set wider = _with_path(structure, keys, leaf) %}
            {% if wider is not none %}
                {% do structures.insert(loop.index0, wider) %}
                {% do structures.pop(loop.index) %}
                {% set search.is_placed = true %}
            {% endif %}
        {% endfor %}
        {% if not search.is_placed %}
            {% do structures.append(_with_path(none, keys, leaf)) %}
        {% endif %}
    {% endfor %}
    {{ return(structures) }}
{% endmacro %}


{#- A structure that holds one path more; none when the path does not fit into it. -#}
{% macro _with_path(structure, keys, leaf) %}
    {% if keys | length == 0 %}
        {{ return(leaf if structure in (none, leaf) else none) }}
    {% endif %}
    {% set key = keys[0] %}
    {% if key is number %}
        {% if structure is string or structure is mapping %}
            {{ return(none) }}
        {% endif %}
        {% set below = _with_path(structure[0] if structure else none, keys[1:], leaf) %}
        {{ return(none if below is none else [below]) }}
    {% endif %}
    {% if structure is not none and structure is not mapping %}
        {{ return(none) }}
    {% endif %}
    {% set wider = dict(structure or {}) %}
    {% for other in wider if other != key and other | lower == key | lower %}
        {{ return(none) }}
    {% endfor %}
    {% set below = _with_path(wider.get(key), keys[1:], leaf) %}
    {% if below is none %}
        {{ return(none) }}
    {% endif %}
    {% do wider.update({key: below}) %}
    {{ return(wider) }}
{% endmacro %}


{#- The column expression of a path in what `cut_json_parts` returned for these structures. -#}
{% macro compile_field(column, structures, keys, leaf) %}
    {% for structure in structures %}
        {% if _with_path(structure, keys, leaf) == structure %}
            {{ return(column ~ "." ~ json_part_name(loop.index) ~ json_steps(keys)) }}
        {% endif %}
    {% endfor %}
{% endmacro %}
