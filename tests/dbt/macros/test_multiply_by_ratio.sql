-- Rounded once, half away from zero, at the 14th decimal; nothing overflows.
with listed (amount, ratio, expected) as (
    values
    ('10', '0.5', '5'),
    ('-10', '0.5', '-5'),
    ('30.01', '0.333333333333', '10.00333333332333'),
    ('0.00000000000001', '0.5', '0.00000000000001'),
    ('-0.00000000000001', '0.5', '-0.00000000000001'),
    ('0.00000000000001', '0.499999999999', '0'),
    ('0.00000000000003', '-0.5', '-0.00000000000002'),
    ('1.00000000000001', '0.5', '0.50000000000001'),
    ('999999999999999.99999999999999', '0.999999999999', '999999999998999.99999999999999'),
    ('0.5', '9999999.999999999999', '4999999.9999999999995'),
    ('1', '10000000', null),
    ('100000000000000', '9.99', '999000000000000'),
    ('100000000000000', '10', null),
    ('-100000000000000', '10', null),
    ('999999999999999.99999999999999', '9999999.999999999999', null),
    ('1', null, null),
    (null, '1', null)
),

cases as (
    select
        cast(amount as decimal(38, 14)) as amount,
        cast(ratio as decimal(38, 12)) as ratio,
        cast(expected as decimal(38, 14)) as expected
    from listed
),

computed as (
    select
        *,
        {{ multiply_by_ratio('amount', 'ratio') }} as actual
    from cases
),

failures as (
    select *
    from computed
    where actual is distinct from expected
)

select * from failures
