-- Months as literals: none means all, an empty list none; each month comes with the one before it.
{% set months = with_months_before(["2026-01-01", "2026-02-01", "2024-03-01"]) %}
{% set shifted = [
    [_shift_month("2026-01-31", -1), "2025-12-01"],
    [_shift_month("2026-12-31", 1), "2027-01-01"],
    [_shift_month("2026-11-30", 1), "2026-12-01"],
    [_shift_month("2024-02-29", 0), "2024-02-01"],
    [_shift_month("0999-12-01", 1), "1000-01-01"],
    [with_months_before(none) | string, "None"],
    [with_months_before([]) | string, "[]"],
    [months | sort | join(" "), "2024-02-01 2024-03-01 2025-12-01 2026-01-01 2026-02-01"],
] %}

with listed (date_day, is_listed) as (
    values
    (date '2024-01-31', false),
    (date '2024-02-01', true),
    (date '2024-02-29', true),
    (date '2024-03-31', true),
    (date '2024-04-01', false),
    (date '2025-11-30', false),
    (date '2025-12-31', true),
    (date '2026-02-28', true),
    (date '2026-03-01', false)
),

computed as (
    select
        cast(date_day as string) as given,
        cast(is_listed as string) as expected,
        cast({{ in_months('date_day', months) }} as string) as actual
    from listed
    union all
    select
        'all months' as given,
        'true' as expected,
        cast({{ in_months('date_day', none) }} as string) as actual
    from listed
    union all
    select
        'no month' as given,
        'false' as expected,
        cast({{ in_months('date_day', []) }} as string) as actual
    from listed
    {% for case in shifted %}
        union all
        select
            'shifted {{ loop.index }}' as given,
            {{ text_literal(case[1]) }} as expected,
            {{ text_literal(case[0]) }} as actual
    {% endfor %}
),

failures as (
    select *
    from computed
    where actual is distinct from expected
)

select * from failures
