-- A number times a unit cost is exact to the last of its 32 decimals, then rounded once, half away
-- from zero, at the 14th decimal of the major unit; nothing overflows, and beyond 20 whole digits
-- it is null. Expected: the product by hand, moved by `shift` decimals.
with listed (number_text, unit_cost_text, shift, expected, is_rounded) as (
    values
    ('2', '3', 0, '6', false),
    ('7', '0.123456789012', 0, '0.864197523084', false),
    ('7', '0.123456789012', 2, '0.00864197523084', false),
    ('7', '0.123456789012', 3, '0.00086419752308', true),
    ('-7', '0.123456789015', 3, '-0.00086419752311', true),
    ('1.5', '2.5', 0, '3.75', false),
    ('-1.5', '2.5', 0, '-3.75', false),
    ('1.5', '-2.5', 0, '-3.75', false),
    ('-1.5', '-2.5', 2, '0.0375', false),
    ('0', '5', 2, '0', false),
    ('5', '0', 2, '0', false),
    -- 0.000000000000005
    ('0.005', '0.000000000001', 0, '0.00000000000001', true),
    ('-0.005', '0.000000000001', 0, '-0.00000000000001', true),
    ('0.00499999999999999999', '0.000000000001', 0, '0', true),
    ('-0.00499999999999999999', '0.000000000001', 0, '0', true),
    ('0.5', '0.000000000001', 2, '0.00000000000001', true),
    ('0.49999999999999999999', '0.000000000001', 2, '0', true),
    ('5', '0.000000000001', 3, '0.00000000000001', true),
    ('-50', '0.000000000001', 4, '-0.00000000000001', true),
    -- 3.99999999999799999998000000000001: the rest alone is nearly 3
    ('1.99999999999999999999', '1.999999999999', 0, '3.999999999998', true),
    -- 9999999999.999999800000000000000001
    ('99999.999999999999', '99999.999999999999', 0, '9999999999.9999998', true),
    ('99999.999999999999', '99999.999999999999', 2, '99999999.999999998', true),
    -- 121932631246761.163235938972692882107258040
    ('123456789.123456789012345', '987654.321098765432', 0, '121932631246761.16323593897269', true),
    ('123456789.123456789012345', '987654.321098765432', 2, '1219326312467.61163235938973', true),
    ('999999999999999999.99999999999999999999', '0.000000000001', 0, '1000000', true),
    ('999999999999999999.99999999999999999999', '0.001', 0, '1000000000000000', true),
    ('999999999999999999.99999999999999999999', '-0.001', 0, '-1000000000000000', true),
    ('999999999999999999.99999999999999999999', '0.99', 3, '990000000000000', true),
    ('999999999999999999', '1', 4, '99999999999999.9999', false),
    ('0.00000000000000000001', '999999999999999999.999999999999', 0, '0.01', true),
    ('-0.00000000000000000001', '999999999999999999.999999999999', 4, '-0.000001', true),
    ('10', '999999999999999999.999999999999', 0, '9999999999999999999.99999999999', false),
    ('101', '999999999999999999.999999999999', 0, null, null),
    ('-101', '999999999999999999.999999999999', 4, null, null),
    ('999999999999999999.99999999999999999999', '999999999999999999.999999999999', 0, null, null),
    ('-999999999999999999.99999999999999999999', '999999999999999999.999999999999', 2, null, null),
    ('1', '2', null, null, null),
    (null, '2', 2, null, null)
),

cases as (
    select
        cast(number_text as decimal(38, 20)) as exact_value,
        cast(unit_cost_text as decimal(30, 12)) as unit_cost,
        shift,
        cast(expected as decimal(38, 14)) as expected,
        is_rounded
    from listed
),

split as (
    select
        *,
        {{ whole_part('exact_value', 'unit_cost') }} as whole_part,
        {{ fraction_part('exact_value', 'unit_cost') }} as fraction_part
    from cases
),

multiplied as (
    select
        *,
        {{ product_head('whole_part', 'fraction_part', 'unit_cost') }} as product_head,
        {{ product_tail('fraction_part', 'unit_cost') }} as product_tail
    from split
),

computed as (
    select
        *,
        {{ product_to_major_units('product_head', 'product_tail', 'shift') }} as actual,
        {{ is_product_rounded('product_head', 'product_tail', 'shift') }} as actual_is_rounded
    from multiplied
),

failures as (
    select *
    from computed
    where
        actual is distinct from expected
        or actual_is_rounded is distinct from is_rounded
)

select * from failures
