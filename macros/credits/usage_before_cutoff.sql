{#-
  The steps to usage of windows that is dated before their cutoff, the last of them named `usage_before_cutoff`
  (spec/polar.md 5.2): only of windows with an event that was dated later, whose events are measured again; all that
  others consumed is dated before. `windows` are those of `int_credit_windows_measured`.
-#}
{% macro usage_before_cutoff(windows) %}
    windows_dated_later as (

        select * from {{ windows }}
        where last_usage_dated_at >= cutoff_at

    ),

    events_before_cutoff as (

        select
            events.*,
            windows.window_start
        from {{ ref("int_meter_events_counted") }} as events
        inner join windows_dated_later as windows
            on
                events.customer_id = windows.customer_id
                and events.meter_id = windows.meter_id
                and events.ingested_at >= windows.window_start
        where
            events.event_source = 'user'
            and events.ingested_at <= {{ as_of_instant() }}
            and events.occurred_at < windows.cutoff_at
            and (events.ingested_at < windows.window_end or windows.window_end is null)

    ),

    measured_again as (

        {{ measure_usage("events_before_cutoff", ["customer_id", "meter_id", "window_start"]) }}

    ),

    usage_before_cutoff as (

        select
            windows.customer_id,
            windows.meter_id,
            windows.window_start,
            coalesce(measured_again.usage_quantity, 0) as units_before_cutoff
        from windows_dated_later as windows
        left outer join measured_again
            on
                windows.customer_id = measured_again.customer_id
                and windows.meter_id = measured_again.meter_id
                and windows.window_start = measured_again.window_start

    )
{% endmacro %}
