{{ config(
    materialized="incremental",
    incremental_strategy="append",
    pre_hook="{{ clear_without_watermark() }}",
    post_hook="{{ record_watermark() }}",
) }}

{% set unique_key_places = ["$", "$.metadata", "$.metadata._cost"] %}
{% set new_loads = get_new_loads("polar", "events", unique_key_places) %}

with landed as (

    {{ landed_rows(source("polar", "events"), new_loads) }}

),

cut as (

    select
        *,
        {{ cut_json("valid_record", {
            "id": "JSON",
            "external_id": "JSON",
            "name": "JSON",
            "source": "JSON",
            "timestamp": "JSON",
            "ingested_at": "JSON",
            "customer_id": "JSON",
            "external_customer_id": "JSON",
            "parent_id": "JSON",
            "customer": customer_object_structure(),
            "metadata": "JSON",
        }) }} as fields
    from landed

),

typed as (

    select
        *,
        {{ read_identifier("fields.id") }} as polar_id,
        {{ read_text("fields.external_id") }} as external_id,
        {{ read_text("fields.name") }} as event_name,
        {{ read_choice("fields.source", ["user", "system"], default="user") }} as event_source,
        {{ read_identifier("fields.customer_id") }} as customer_id,
        {{ read_text("fields.external_customer_id") }} as external_customer_id,
        {{ read_text("fields.parent_id") }} as parent_id,
        {{ customer_object_columns() }},
        {{ read_timestamp("fields.timestamp") }} as given_timestamp,
        {{ read_timestamp("fields.ingested_at") }} as given_ingested_at
    from cut

),

judged as (

    select
        *,
        case
            {{ record_reasons(new_loads, unique_key_places) }}
            {{ optional_reason("id", "polar_id") }}
            when starts_with(polar_id, 'external:') or starts_with(polar_id, 'openmeter:')
                then 'reserved_id'
            {{ optional_reason("external_id", "external_id") }}
            {{ optional_reason("customer_id", "customer_id") }}
            {{ reserved_customer_reason() }}
            {{ optional_reason("external_customer_id", "external_customer_id") }}
            {{ optional_reason("parent_id", "parent_id") }}
            {{ required_reason("name", "event_name") }}
            {{ optional_reason("timestamp", "given_timestamp") }}
            when given_timestamp is null and {{ has_key("valid_record", "timestamp") }}
                then 'unreadable_timestamp'
            {{ optional_reason("ingested_at", "given_ingested_at") }}
            {{ future_reason("timestamp", "given_timestamp") }}
            {{ future_reason("ingested_at", "given_ingested_at") }}
            {{ optional_reason("source", "event_source") }}
        end as reject_reason
    from typed

),

listed as (

    select
        raw_row_number,
        load_number,
        line_number,
        polar_id,
        external_id,
        event_name,
        event_source,
        customer_id,
        external_customer_id,
        parent_id,
        {{ customer_object_column_names() | join(", ") }},
        -- Name and customer ids, which a copy must repeat too, stand in columns of their own.
        {{ content_fingerprint(["given_timestamp", "fields.metadata"]) }} as content_fingerprint,
        reject_reason,
        coalesce(given_timestamp, loaded_at) as occurred_at,
        coalesce(given_ingested_at, given_timestamp, loaded_at) as ingested_at,
        loaded_at
    from judged

)

select * from listed
