{{ config(
    materialized="incremental",
    incremental_strategy="append",
    post_hook="{{ record_watermark() }}",
) }}

-- A log of the rates as each run found them; what was priced before knows from it which days to
-- price again. A null rate says that the row is gone.

with {{ changes_since_logged(ref("int_exchange_rates"), ["currency", "valid_from"], "rate") }}

select * from compared
