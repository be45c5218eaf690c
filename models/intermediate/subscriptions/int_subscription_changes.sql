{{ config(
    materialized="incremental",
    incremental_strategy="append",
    post_hook="{{ record_watermark() }}",
) }}

-- A log of the stretches of subscriptions as each run found them; what is listed by period knows
-- from it which subscriptions to list again. A null fingerprint says that the stretch is gone.

with {{ changes_since_logged(
    ref("int_subscription_stretches"), ["subscription_id", "stretch_start"], "stretch_fingerprint"
) }}

select * from compared
