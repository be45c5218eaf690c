-- A quotient at 12 decimals, half away from zero; null unless the divisor is positive, or when the
-- quotient does not fit.
with listed (dividend, divisor, expected) as (
    values
    ('1', '3', '0.333333333333'),
    ('2', '3', '0.666666666667'),
    ('-2', '3', '-0.666666666667'),
    ('0', '3', '0'),
    ('1', '1', '1'),
    ('0.00000000000001', '0.02', '0.000000000001'),
    ('-0.00000000000001', '0.02', '-0.000000000001'),
    ('0.00000000000001', '0.02000000000001', '0'),
    ('1', '7', '0.142857142857'),
    ('22', '7', '3.142857142857'),
    ('999999999999999.99999999999999', '0.00000000000001', null),
    ('999999999999999.99999999999999', '999999999999999.99999999999999', '1'),
    ('0.00000000000001', '999999999999999.99999999999999', '0'),
    ('99999', '0.00000000000001', '9999900000000000000'),
    ('1', '0', null),
    ('1', '-1', null),
    (null, '1', null),
    ('1', null, null)
),

cases as (
    select
        cast(dividend as decimal(38, 14)) as dividend,
        cast(divisor as decimal(38, 14)) as divisor,
        cast(expected as decimal(38, 12)) as expected
    from listed
),

computed as (
    select
        *,
        {{ divide_exactly('dividend', 'divisor') }} as actual
    from cases
),

failures as (
    select *
    from computed
    where actual is distinct from expected
)

select * from failures
