{{ config(materialized="view") }}

-- Readable events that do not count, as things stand: a later load may change the verdict on them.

select raw_row_number
from {{ ref("base_paygentic__event_copies") }}
