{{ config(
    materialized="incremental",
    incremental_strategy="append",
    post_hook="{{ record_watermark() }}",
) }}

-- A log of what decided derived steps as each run found it. A null fingerprint says that it does so
-- no longer.

with {{ changes_since_logged(
    ref("int_credit_plan"), ["customer_id", "meter_id", "source_id"], "plan_fingerprint"
) }}

select * from compared
