{{ config(
    materialized="incremental",
    incremental_strategy="append",
    post_hook="{{ record_watermark() }}",
) }}

-- Registering the files once, at the start, gives every later model of the run the same
-- view of the raw zone, whatever lands meanwhile.

{% set known_loads = "(select cast(null as varchar) as load_id where false)" %}
{% set registered_count = "0" %}
{% if is_incremental() %}
    {% set known_loads = this %}
    {% set registered_count = "(select count(*) from " ~ this ~ ")" %}
{% endif %}

with new_files as (

    select * from {{ raw_files(known_loads) }}

),

numbered as (

    select
        load_id,
        source_system,
        entity,
        source_file,
        raw_file,
        row_count,
        {{ registered_count }} + row_number() over (order by loaded_at) as load_number,
        loaded_at
    from new_files

)

select * from numbered
