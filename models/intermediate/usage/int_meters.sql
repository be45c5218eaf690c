-- The definitions that can be compiled. The fingerprint is of all that decides what counts, and how
-- much: when it changes, the meter's history is read again.

{% set rows = [] %}
{% for meter in get_meters() %}
    {% do rows.append(dict(
        meter,
        group_by_json=tojson(meter["group_by"]),
        definition_fingerprint=local_md5(tojson([
            meter["source_system"],
            meter["tokens"],
            meter["aggregation"],
            meter["value"],
            meter["dimensions"].items() | list,
            meter["archived_at"],
        ]))
    )) %}
{% endfor %}

with compiled as (

    {{ rows_from_json(rows, {
        "meter_id": "VARCHAR",
        "meter_name": "VARCHAR",
        "source_system": "VARCHAR",
        "filter_json": "VARCHAR",
        "aggregation": "VARCHAR",
        "value_path": "VARCHAR",
        "group_by_json": "VARCHAR",
        "archived_at": "TIMESTAMP",
        "definition_fingerprint": "VARCHAR",
    }) }}

)

select * from compiled
