-- Minor units become major units by the currency's exponent, rounded once, half away from zero, at
-- the 14th decimal; what was cut beyond the 20th decimal cannot make a half of what lies below one.
with listed (json_text, exponent, expected) as (
    values
    ('1', 0, '1'),
    ('1', 2, '0.01'),
    ('1', 3, '0.001'),
    ('1', 4, '0.0001'),
    ('-12345', 2, '-123.45'),
    ('0.000000000001', 2, '0.00000000000001'),
    ('0.0000000000005', 2, '0.00000000000001'),
    ('0.00000000000049', 2, '0'),
    ('-0.0000000000005', 2, '-0.00000000000001'),
    ('0.0000000000015', 2, '0.00000000000002'),
    ('0.00000000000049999999', 2, '0'),
    ('0.0000000000004999999999', 2, '0'),
    ('-0.0000000000004999999999', 2, '0'),
    ('0.0000000000005000000001', 2, '0.00000000000001'),
    ('0.000000000000005', 0, '0.00000000000001'),
    ('0.000000000000004999999999', 0, '0'),
    ('0.00000000005', 4, '0.00000000000001'),
    ('99999999999999999', 2, '999999999999999.99'),
    ('999999999999999999', 3, '999999999999999.999'),
    ('999999999999999999', 0, '999999999999999999'),
    ('1', null, null)
),

cases as (
    select
        json_text,
        exponent,
        cast(expected as decimal(38, 14)) as expected
    from listed
),

records as (
    select
        *,
        '{"field": ' || json_text || '}' as record
    from cases
),

cut as (
    select
        *,
        {{ cut_json('record', {'field': 'JSON'}) }} as fields,
        {{ cut_json('record', {'field': 'DECIMAL(38,20)'}) }}.field as exact_value
    from records
),

measured as (
    select
        *,
        exact_value = {{ cut_to_money('exact_value', 'exponent') }} as is_whole
    from cut
),

computed as (
    select
        json_text,
        exponent,
        expected,
        {{ minor_to_major_units('exact_value', 'fields.field', 'exponent', 'is_whole') }} as actual
    from measured
),

failures as (
    select *
    from computed
    where actual is distinct from expected
)

select * from failures
