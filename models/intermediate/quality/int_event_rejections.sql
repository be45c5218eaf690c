{{ config(materialized="view") }}

-- Rows of events that break a rule or repeat another row.

{% set base_names = [
    "base_polar__event",
    "base_paygentic__event",
    "base_openmeter__event",
] %}

{% for base_name in base_names %}
    select
        raw_row_number,
        load_number,
        line_number,
        reject_reason
    from {{ ref(base_name ~ "s") }}
    where reject_reason is not null
    union all
    select
        base_rows.raw_row_number,
        base_rows.load_number,
        base_rows.line_number,
        copies.reject_reason
    from {{ ref(base_name ~ "_copies") }} as copies
    inner join {{ ref(base_name ~ "s") }} as base_rows
        on copies.raw_row_number = base_rows.raw_row_number
    {% if not loop.last %}
        union all
    {% endif %}
{% endfor %}
