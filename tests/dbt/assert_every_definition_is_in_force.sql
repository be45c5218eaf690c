{{ config(severity='warn') }}

-- Definitions that cannot be compiled; `dbt show --select assert_every_definition_is_in_force`
-- lists them with what to do.
select
    definition_source,
    definition_id,
    place,
    message
from {{ ref('rejected_definitions') }}
