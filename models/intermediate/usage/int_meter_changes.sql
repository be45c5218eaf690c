{{ config(
    materialized="incremental",
    incremental_strategy="append",
    post_hook="{{ record_watermark() }}",
) }}

-- A log of the meters as each run found them; what was counted before knows from it which meters to
-- count again. A null fingerprint says that the meter is gone.

with {{ changes_since_logged(ref("int_meters"), ["meter_id"], "definition_fingerprint") }}

select * from compared
