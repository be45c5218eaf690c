{#-
  Usage that can still be added to: what the aggregations of spec/polar.md 4 are made of, as columns of
  events of one meter that are grouped.
-#}
{% macro usage_parts() %}
    count(*) as event_count,
    cast(sum(quantity) filter (where aggregation <> 'unique') as {{ type_quantity() }}) as quantity_sum,
    min(quantity) filter (where aggregation = 'min') as smallest_quantity,
    max(quantity) filter (where aggregation = 'max') as largest_quantity,
    max({{ pack({
        "occurred_at": "occurred_at",
        "ingested_at": "ingested_at",
        "raw_row_number": "raw_row_number",
        "quantity": "quantity",
    }) }}) filter (where aggregation = 'latest') as latest,
    {{ distinct_list("unique_value_hash", "aggregation = 'unique'") }} as unique_value_hashes,
    min(ingested_at) as first_received_at,
    max(ingested_at) as last_received_at,
    max(occurred_at) as last_occurred_at
{% endmacro %}

{% macro usage_part_names() %}
    {{ return([
        "event_count",
        "quantity_sum",
        "smallest_quantity",
        "largest_quantity",
        "latest",
        "unique_value_hashes",
        "first_received_at",
        "last_received_at",
        "last_occurred_at",
    ]) }}
{% endmacro %}
