{{ config(
    materialized="incremental",
    incremental_strategy="append",
    pre_hook=["{{ clear_without_watermark() }}", "{{ delete_touched_trace_names() }}"],
    post_hook="{{ record_watermark() }}",
) }}

-- A name is computed anew when any trace of it is new or has changed.
with traces as (

    select * from {{ ref("cost_traces") }}
    where
        event_source = 'user'
        and {{ is_touched_trace_name(get_news()) }}

),

{{ trace_statistics("traces", ["event_name"]) }}

select * from trace_statistics
