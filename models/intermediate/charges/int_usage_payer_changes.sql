{{ config(
    materialized="incremental",
    incremental_strategy="append",
    post_hook="{{ record_watermark() }}",
) }}

-- A log of who paid for what as each run found it. A null fingerprint says that it is so no longer.

with {{ changes_since_logged(
    ref("int_usage_payers"),
    ["customer_id", "meter_id", "subscription_id", "from_at"],
    "payer_fingerprint"
) }}

select * from compared
