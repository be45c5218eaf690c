-- What the seed tells of acquisition costs, month by month, and what is wrong with it, if anything.

with given as (

    select
        {{ definition_columns(
            ref("acquisition_costs"), ["cohort_month_start_date", "acquisition_cost_amount"]
        ) }}
    from {{ ref("acquisition_costs") }}

),

by_month as (

    select
        cohort_month_start_date as given_month,
        count(*) as row_count,
        min(acquisition_cost_amount) as given_amount
    from given
    group by cohort_month_start_date

),

typed as (

    select
        given_month,
        row_count,
        given_amount,
        case
            when regexp_full_match(given_month, '[0-9]{4}-[0-9]{2}-01')
                then try_cast(given_month as date)
        end as cohort_month_start_date,
        {{ decimal_from_text("given_amount") }} as exact_amount
    from by_month

),

judged as (

    select
        coalesce(given_month, '(no month)') as definition_id,
        cohort_month_start_date,
        case
            when exact_amount >= 0 and exact_amount < 1000000000000000
                then cast(round(exact_amount, 14) as {{ type_money() }})
        end as acquisition_cost_amount,
        case
            when given_month is null then 'missing_cohort_month_start_date'
            when row_count > 1 then 'duplicate_definition'
            when cohort_month_start_date is null then 'unreadable_cohort_month_start_date'
            when given_amount is null then 'missing_acquisition_cost_amount'
            when
                exact_amount is null or exact_amount < 0 or exact_amount >= 1000000000000000
                then 'unreadable_acquisition_cost_amount'
        end as reject_reason
    from typed

)

select * from judged
