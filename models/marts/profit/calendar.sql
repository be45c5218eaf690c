-- Every day from the month of the first activity to the later of `as_of` and the last activity.

with activity as (

    select
        min(date_day) as first_day,
        max(date_day) as last_day
    from {{ ref("profit_components_daily") }}

),

as_of_day as (

    select {{ as_of_date() }} as date_day

),

bounds as (

    select
        cast(date_trunc('month', coalesce(activity.first_day, as_of_day.date_day)) as date)
            as first_day,
        greatest(coalesce(activity.last_day, as_of_day.date_day), as_of_day.date_day) as last_day
    from activity
    cross join as_of_day

),

days as (

    select {{ unnest_days("first_day", "last_day") }} as date_day
    from bounds

),

listed as (

    select
        date_day,
        cast(date_trunc('week', date_day) as date) as week_start_date,
        cast(date_trunc('month', date_day) as date) as month_start_date,
        cast(date_trunc('year', date_day) as date) as year_start_date
    from days

)

select * from listed
