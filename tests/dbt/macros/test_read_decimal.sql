-- Numbers and strings that hold one, exact to the 20th decimal; nothing else, and nothing beyond 18
-- whole digits.
with listed (json_text, expected) as (
    values
    ('0', '0'),
    ('-0.0', '0'),
    ('99999.999999999999', '99999.999999999999'),
    ('0.12345678901234567890', '0.12345678901234567890'),
    ('1e-7', '0.0000001'),
    ('1E+2', '100'),
    ('12345678901234567', '12345678901234567'),
    ('123456789012345678', '123456789012345678'),
    ('1234567890123456789', null),
    ('1e300', null),
    ('"0.025"', '0.025'),
    ('"+1"', '1'),
    ('".5"', '0.5'),
    ('"1e-7"', '0.0000001'),
    ('"1e-400"', '0'),
    ('"1e-99999"', '0'),
    ('"99999.999999999999"', '99999.999999999999'),
    ('"1e99999"', null),
    ('"1_000"', null),
    ('"1,5"', null),
    ('" 1 "', null),
    ('"0x10"', null),
    ('"NaN"', null),
    ('"Infinity"', null),
    ('"-"', null),
    ('""', null),
    ('true', null),
    ('[1]', null),
    ('{"value": 1}', null),
    ('null', null)
),

cases as (
    select
        json_text,
        cast(expected as decimal(38, 20)) as expected
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
        {{ cut_json('record', {'field': 'JSON'}) }} as fields
    from records
),

-- As in the models: a value that is no number is not cut as one.
cut_exactly as (
    select
        *,
        case
            when {{ is_json_number('fields.field') }}
                then {{ cut_json('record', {'field': 'DECIMAL(38,20)'}) }}
        end as exact_fields
    from cut
),

computed as (
    select
        json_text,
        expected,
        {{ read_decimal('fields.field', 'exact_fields.field') }} as actual
    from cut_exactly
),

failures as (
    select *
    from computed
    where actual is distinct from expected
)

select * from failures
