{{ config(
    materialized="incremental",
    incremental_strategy="append",
    pre_hook="{{ clear_without_watermark() }}",
    post_hook="{{ record_watermark() }}",
) }}

{% set unique_key_places = ["$"] %}
{% set new_loads = get_new_loads("reference", "exchange_rates", unique_key_places) %}

with landed as (

    {{ landed_rows(source("reference", "exchange_rates"), new_loads) }}

),

cut as (

    select
        *,
        {{ cut_json("valid_record", {"rate_date": "JSON", "currency": "JSON", "rate": "JSON"}) }}
            as fields,
        {{ cut_json("valid_record", {"rate": "DECIMAL(38,20)"}) }} as exact_fields
    from landed

),

typed as (

    select
        *,
        lower({{ read_identifier("fields.currency") }}) as currency,
        {{ read_decimal("fields.rate", "exact_fields.rate") }} as exact_rate,
        {{ read_date("fields.rate_date") }} as rate_date
    from cut

),

rounded as (

    select
        *,
        case
            when exact_rate > 0 and exact_rate < 1000000000
                then cast({{ round_once("exact_rate", "fields.rate", 8) }} as {{ type_rate() }})
        end as rate
    from typed

),

judged as (

    select
        *,
        coalesce({{ is_rounded("exact_rate", "fields.rate", "rate") }}, false) as is_rounded,
        case
            {{ record_reasons(new_loads, unique_key_places) }}
            {{ required_reason("currency", "currency") }}
            {{ required_reason("rate_date", "rate_date") }}
            {{ required_reason("rate", "nullif(rate, 0)") }}
        end as reject_reason
    from rounded

),

listed as (

    select
        raw_row_number,
        load_number,
        line_number,
        currency,
        reject_reason,
        rate,
        is_rounded,
        rate_date,
        loaded_at
    from judged

)

select * from listed
