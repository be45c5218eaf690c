{{ config(
    materialized="incremental",
    incremental_strategy="append",
    post_hook="{{ record_watermark() }}",
) }}

-- A log of the prices that were known to be metered as each run found them.

with {{ changes_since_logged(ref("int_metered_prices"), ["price_id"], "is_metered") }}

select * from compared
