{{ config(
    materialized="incremental",
    incremental_strategy="append",
    pre_hook="{{ clear_without_watermark() }}",
    post_hook="{{ record_watermark() }}",
) }}

{% set unique_key_places = ["$", "$.data"] %}
{% set new_loads = get_new_loads("paygentic", "events", unique_key_places) %}

with landed as (

    {{ landed_rows(source("paygentic", "events"), new_loads) }}

),

cut as (

    select
        *,
        {{ cut_json("valid_record", {
            "type": "JSON",
            "customerId": "JSON",
            "externalSubject": "JSON",
            "timestamp": "JSON",
            "data": "JSON",
            "idempotencyKey": "JSON",
        }) }} as fields
    from landed

),

typed as (

    select
        *,
        {{ read_text("fields.type") }} as event_name,
        {{ read_text("fields.customerId") }} as given_customer_id,
        {{ read_text("fields.externalSubject") }} as given_external_subject,
        {{ read_text("fields.idempotencyKey") }} as given_idempotency_key,
        {{ read_timestamp("fields.timestamp") }} as given_timestamp
    from cut

),

judged as (

    select
        *,
        case
            {{ record_reasons(new_loads, unique_key_places) }}
            {{ optional_reason("idempotencyKey", "given_idempotency_key") }}
            {{ optional_reason("customerId", "given_customer_id") }}
            {{ optional_reason("externalSubject", "given_external_subject") }}
            {{ required_reason("type", "event_name") }}
            {{ optional_reason("timestamp", "given_timestamp") }}
            {{ future_reason("timestamp", "given_timestamp") }}
        end as reject_reason
    from typed

),

listed as (

    select
        raw_row_number,
        load_number,
        line_number,
        event_name,
        nullif(given_customer_id, '') as paygentic_customer_id,
        case when nullif(given_customer_id, '') is null then given_external_subject end
            as external_customer_id,
        nullif(given_idempotency_key, '') as idempotency_key,
        {{ content_fingerprint([
            "event_name",
            "given_timestamp",
            "nullif(given_customer_id, '')",
            "given_external_subject",
            "fields.data",
        ]) }} as content_fingerprint,
        reject_reason,
        coalesce(given_timestamp, loaded_at) as occurred_at,
        coalesce(given_timestamp, loaded_at) as ingested_at,
        loaded_at
    from judged

)

select * from listed
