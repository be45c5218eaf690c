-- One rounding, half away from zero, after an exact multiplication (spec/polar.md 6.2); null beyond
-- 18 digits.
with listed (unit_amount, units, expected) as (
    values
    ('100', '1.994', 199),
    ('100', '1.995', 200),
    ('100', '1000', 100000),
    ('0.000000000001', '1000000', 0),
    ('0.000000000001', '500000000000', 1),
    ('0.000000000001', '499999999999.999999999999', 0),
    ('0.5', '100', 50),
    ('0.5', '1', 1),
    ('0.5', '0.999999999999', 0),
    ('0.5', '0', 0),
    ('1', '232.49', 232),
    ('1', '232.5', 233),
    ('1', '1.5', 2),
    ('1', '0.1', 0),
    ('99999.999999999999', '999999999999.999999999999', 99999999999999999),
    ('99999.999999999999', '99999999999999', null),
    ('1', '9999999999999999999', null),
    ('1', '99999999999999999999999999', null),
    (null, '1', null)
),

cases as (
    select
        cast(unit_amount as decimal(19, 12)) as unit_amount,
        cast(units as {{ type_quantity() }}) as units,
        cast(expected as bigint) as expected
    from listed
),

computed as (
    select
        *,
        {{ metered_amount('unit_amount', 'units') }} as amount
    from cases
),

failures as (
    select * from computed
    where amount is distinct from expected
)

select * from failures
