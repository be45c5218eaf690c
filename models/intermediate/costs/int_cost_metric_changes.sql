{{ config(
    materialized="incremental",
    incremental_strategy="append",
    post_hook="{{ record_watermark() }}",
) }}

-- A log of the cost metrics as each run found them; what was priced before knows from it which
-- metrics to price again. A null fingerprint says that the metric is gone.

with {{ changes_since_logged(
    ref("int_cost_metrics"), ["cost_metric_id"], "definition_fingerprint", labels=["event_type"]
) }}

select * from compared
