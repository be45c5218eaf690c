{#-
  The steps to what windows consumed, in all and of it what is dated before a cutoff, the last of them named
  `usage_before_cutoff` (spec/polar.md 5.2). Nearly all usage is: what a window has consumed is summed, and only
  of windows with an event that was dated later than it was received are the events measured again.
  `usage` is by window and day of receipt; `windows` has a row per window, with `window_end` and `cutoff_at`.
-#}
{% macro usage_before_cutoff(usage, windows) %}
    usage_of_windows as (

        select
            customer_id,
            meter_id,
            window_start,
            sum(consumed_units) as consumed_units,
            count(*) as day_count
        from {{ usage }}
        group by customer_id, meter_id, window_start

    ),

    windows_dated_later as (

        select distinct
            usage.customer_id,
            usage.meter_id,
            usage.window_start,
            windows.window_end,
            windows.cutoff_at
        from {{ usage }} as usage
        inner join {{ windows }} as windows
            on
                usage.customer_id = windows.customer_id
                and usage.meter_id = windows.meter_id
                and usage.window_start = windows.window_start
        where usage.last_occurred_at >= windows.cutoff_at

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
            usage_of_windows.customer_id,
            usage_of_windows.meter_id,
            usage_of_windows.window_start,
            usage_of_windows.consumed_units,
            usage_of_windows.day_count,
            case
                when windows_dated_later.window_start is null then usage_of_windows.consumed_units
                else coalesce(measured_again.usage_quantity, 0)
            end as units_before_cutoff
        from usage_of_windows
        left outer join windows_dated_later
            on
                usage_of_windows.customer_id = windows_dated_later.customer_id
                and usage_of_windows.meter_id = windows_dated_later.meter_id
                and usage_of_windows.window_start = windows_dated_later.window_start
        left outer join measured_again
            on
                usage_of_windows.customer_id = measured_again.customer_id
                and usage_of_windows.meter_id = measured_again.meter_id
                and usage_of_windows.window_start = measured_again.window_start

    )
{% endmacro %}
