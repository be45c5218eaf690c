{{ config(
    materialized="incremental",
    incremental_strategy="append",
    pre_hook="{{ clear_without_watermark() }}",
    post_hook="{{ record_watermark() }}",
) }}

{% set unique_key_places = ["$", "$.data"] %}
{% set new_loads = get_new_loads("openmeter", "events", unique_key_places) %}

with landed as (

    {{ landed_rows(source("openmeter", "events"), new_loads) }}

),

cut as (

    select
        *,
        {{ cut_json("valid_record", {
            "specversion": "JSON",
            "id": "JSON",
            "source": "JSON",
            "type": "JSON",
            "subject": "JSON",
            "time": "JSON",
            "data": "JSON",
        }) }} as fields
    from landed

),

typed as (

    select
        *,
        {{ read_choice("fields.specversion", ["1.0"], default="1.0") }} as specification_version,
        {{ read_identifier("fields.id") }} as openmeter_id,
        {{ read_identifier("fields.source") }} as openmeter_source,
        {{ read_text("fields.type") }} as event_name,
        {{ read_text("fields.subject") }} as given_subject,
        {{ read_timestamp("fields.time") }} as given_timestamp
    from cut

),

judged as (

    select
        *,
        case
            {{ record_reasons(new_loads, unique_key_places) }}
            {{ required_reason("id", "openmeter_id") }}
            {{ required_reason("source", "openmeter_source") }}
            {{ optional_reason("subject", "given_subject") }}
            {{ required_reason("type", "event_name") }}
            {{ optional_reason("time", "given_timestamp") }}
            {{ future_reason("time", "given_timestamp") }}
            {{ optional_reason("specversion", "specification_version") }}
        end as reject_reason
    from typed

),

listed as (

    select
        raw_row_number,
        load_number,
        line_number,
        openmeter_source,
        openmeter_id,
        event_name,
        nullif(given_subject, '') as external_customer_id,
        {{ content_fingerprint([
            "event_name",
            "given_timestamp",
            "nullif(given_subject, '')",
            "fields.data",
        ]) }} as content_fingerprint,
        reject_reason,
        coalesce(given_timestamp, loaded_at) as occurred_at,
        coalesce(given_timestamp, loaded_at) as ingested_at,
        loaded_at
    from judged

)

select * from listed
