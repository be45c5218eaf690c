{{ config(
    materialized="incremental",
    incremental_strategy="append",
    pre_hook=["{{ clear_without_watermark() }}", "{{ delete_changed_verdicts('load_number') }}"],
    post_hook="{{ record_watermark() }}",
) }}

-- One row per load of events: how late its events were. Read once, when it is new, and again when
-- it turns out that other events of it count.

with lateness as (

    select
        load_number,
    {% for percent in [50, 90, 99] %}
        {{ exact_percentile(seconds_between("occurred_at", "loaded_at"), percent) }}
            as lateness_seconds_p{{ percent }}
        {{- "," if not loop.last }}
    {% endfor %}
    from {{ ref("int_events") }}
    where
        not is_copy
        and (
            raw_row_number >= {{ get_first_new_row() }}
            or {{ is_of_changed_verdict("load_number", get_news()) }}
        )
    group by load_number

)

select * from lateness
