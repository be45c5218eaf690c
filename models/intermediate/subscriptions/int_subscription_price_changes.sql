{{ config(
    materialized="incremental",
    incremental_strategy="append",
    post_hook="{{ record_watermark() }}",
) }}

-- A log of the metered prices of subscriptions as each run found them. A null fingerprint says that
-- the price is gone.

with {{ changes_since_logged(
    ref("int_subscription_prices"), ["subscription_id", "price_id"], "price_fingerprint"
) }}

select * from compared
