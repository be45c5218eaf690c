-- Whole minor units by the currency's exponent: exact up to 15 whole digits, null beyond, and null
-- for an unknown currency.
with listed (minor_amount, exponent, expected) as (
    values
    ('1', 0, '1'),
    ('1', 2, '0.01'),
    ('-1', 3, '-0.001'),
    ('1', 4, '0.0001'),
    ('0', 2, '0'),
    ('999999999999999', 0, '999999999999999'),
    ('1000000000000000', 0, null),
    ('99999999999999999', 2, '999999999999999.99'),
    ('-99999999999999999', 2, '-999999999999999.99'),
    ('100000000000000000', 2, null),
    ('999999999999999999', 3, '999999999999999.999'),
    ('999999999999999999', 4, '99999999999999.9999'),
    ('1', null, null),
    (null, 2, null)
),

cases as (
    select
        cast(minor_amount as bigint) as minor_amount,
        exponent,
        cast(expected as decimal(38, 14)) as expected
    from listed
),

computed as (
    select
        *,
        {{ to_major_units('minor_amount', 'exponent') }} as actual
    from cases
),

failures as (
    select *
    from computed
    where actual is distinct from expected
)

select * from failures
