{#-
  What counted events add up to by some keys, `meter_id` among them, as their meter's aggregation says
  (spec/polar.md 4). The latest value is that of the latest event, then of the later received, then of the
  later landed one.
-#}
{% macro measure_usage(counted_events, keys) %}
    select
        {{ keys | join(", ") }},
        cast(
            case aggregation
                when 'count' then count(*)
                when 'sum' then sum(quantity)
                when 'avg'
                    then {{ divide_exactly(
                        "cast(sum(quantity) as " ~ type_quantity() ~ ")",
                        "cast(count(*) as " ~ type_quantity() ~ ")"
                    ) }}
                when 'min' then min(quantity)
                when 'max' then max(quantity)
                when 'unique' then count(distinct unique_value_hash) filter (where aggregation = 'unique')
                when 'latest'
                    then max_by(
                        quantity,
                        {{ pack({
                            "occurred_at": "occurred_at",
                            "ingested_at": "ingested_at",
                            "raw_row_number": "raw_row_number",
                        }) }}
                    ) filter (where aggregation = 'latest')
            end as {{ type_quantity() }}
        ) as usage_quantity,
        count(*) as event_count
    from {{ counted_events }}
    group by {{ (keys + ["aggregation"]) | join(", ") }}
{% endmacro %}
