-- Figures as the sentences of `insights` say them; halves away from zero.
with listed (figure, whole, hundredths) as (
    values
    ('0', '0', '0.00'),
    ('0.5', '1', '0.01'),
    ('4.4', '4', '0.04'),
    ('99.5', '100', '1.00'),
    ('1234.4', '1,234', '12.34'),
    ('12345678901234567890.5', '12,345,678,901,234,567,891', '123,456,789,012,345,678.91')
),

cases as (
    select
        whole,
        hundredths,
        cast(figure as decimal(38, 14)) as figure
    from listed
),

computed as (
    select
        *,
        {{ whole_text('figure') }} as actual_whole,
        {{ hundredths_text('figure') }} as actual_hundredths
    from cases
),

failures as (
    select *
    from computed
    where
        actual_whole is distinct from whole
        or actual_hundredths is distinct from hundredths
)

select * from failures
