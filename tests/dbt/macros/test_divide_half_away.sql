-- Whole numbers, half away from zero, also where twice the dividend leaves 64 bits.
with listed (dividend, divisor, expected) as (
    values
    (5, 2, 3),
    (-5, 2, -3),
    (4, 3, 1),
    (-4, 3, -1),
    (1, 12, 0),
    (6, 12, 1),
    (-6, 12, -1),
    (5, 12, 0),
    (0, 12, 0),
    (9223372036854775807, 1, 9223372036854775807),
    (-9223372036854775807, 2, -4611686018427387904),
    (null, 12, null)
),

cases as (
    select
        cast(dividend as bigint) as dividend,
        divisor,
        cast(expected as bigint) as expected
    from listed
),

computed as (
    select
        *,
        {{ divide_half_away('dividend', 'divisor') }} as actual
    from cases
),

failures as (
    select *
    from computed
    where actual is distinct from expected
)

select * from failures
