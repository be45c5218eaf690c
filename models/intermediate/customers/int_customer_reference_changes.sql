{{ config(
    materialized="incremental",
    incremental_strategy="append",
    post_hook="{{ record_watermark() }}",
) }}

-- A log of whose each reference was as each run found it; event-grain models know from it which
-- events to give to another customer. A null customer says that the reference stands for itself.

with {{ changes_since_logged(
    ref("int_customer_references"), ["customer_reference"], "customer_id"
) }}

select * from compared
