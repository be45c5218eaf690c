{#-
  The steps from days of usage to parts of it, the last of them named `split`: whole days, but single
  events of days through which something cuts. `as_of` cuts too.
-#}
{% macro split_parts(daily, cut_days) %}
    whole_days as (

        select daily.*
        from {{ daily }} as daily
        left outer join {{ cut_days }} as cut_days
            on
                daily.customer_id = cut_days.customer_id
                and daily.meter_id = cut_days.meter_id
                and daily.received_date = cut_days.received_date
        where cut_days.received_date is null

    ),

    events_of_cut_days as (

        select
            events.*,
            cut_days.received_date
        from {{ ref("int_meter_events_counted") }} as events
        inner join {{ cut_days }} as cut_days
            on
                events.customer_id = cut_days.customer_id
                and events.meter_id = cut_days.meter_id
                and {{ local_date("events.ingested_at") }} = cut_days.received_date
        where events.event_source = 'user' and events.ingested_at <= {{ as_of_instant() }}

    ),

    single_events as (

        select
            customer_id,
            meter_id,
            aggregation,
            received_date,
            {{ usage_parts() }}
        from events_of_cut_days
        group by customer_id, meter_id, aggregation, received_date, raw_row_number

    ),

    split as (

        {% for source in ["whole_days", "single_events"] %}
            select
                customer_id,
                meter_id,
                aggregation,
                received_date,
                {{ usage_part_names() | join(", ") }}
            from {{ source }}
            {{ "union all" if not loop.last }}
        {% endfor %}

    )
{% endmacro %}
