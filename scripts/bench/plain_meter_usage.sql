-- The second half of the plain script: usage of customers, and of all together, from
-- `meter_events`, which `bench.py` writes with one branch for each meter.

-- Decimals divide as floats, whole numbers do not. Halves are rounded away from zero.
create macro average(total, number) as
    sign(total)
    * ((2 * cast(abs(total) * 1000000000000 as hugeint) + number) // (2 * number))
    * 0.000000000001;

create macro quantity_of(aggregation, quantity) as cast(
    case aggregation
        when 'count' then sum(quantity)
        when 'sum' then sum(quantity)
        when 'avg' then average(sum(quantity), count(*))
        when 'min' then min(quantity)
        when 'max' then max(quantity)
    end as decimal(38, 12)
);

-- Distinct values of a few meters, apart: counting them takes much longer than adding up.
create macro usage_by(period) as table
    select
        customer_id,
        meter_id,
        quantity_of(aggregation, quantity) as usage_quantity,
        count(*) as event_count,
        date_trunc(period, occurred_at) as period_start
    from meter_events
    inner join meters using (meter_id)
    where event_source = 'user' and aggregation <> 'unique'
    group by customer_id, meter_id, aggregation, period_start
    union all
    select
        customer_id,
        meter_id,
        count(distinct unique_value) as usage_quantity,
        count(*) as event_count,
        date_trunc(period, occurred_at) as period_start
    from meter_events
    inner join meters using (meter_id)
    where event_source = 'user' and aggregation = 'unique'
    group by customer_id, meter_id, period_start;

create macro quantities_by(period) as table
    select
        meter_id,
        quantity_of(aggregation, quantity) as usage_quantity,
        count(*) as event_count,
        date_trunc(period, occurred_at) as period_start
    from meter_events
    inner join meters using (meter_id)
    where aggregation <> 'unique'
    group by meter_id, aggregation, period_start
    union all
    select
        meter_id,
        count(distinct unique_value) as usage_quantity,
        count(*) as event_count,
        date_trunc(period, occurred_at) as period_start
    from meter_events
    inner join meters using (meter_id)
    where aggregation = 'unique'
    group by meter_id, period_start;

create table meter_usage_hourly as
from usage_by('hour');

create table meter_usage_daily as
select
    * exclude (period_start),
    cast(period_start as date) as date_day
from usage_by('day');

create table meter_usage_monthly as
select
    *,
    cast(period_start as date) as month_start_date
from usage_by('month');

create table meter_quantities_daily as
select
    * exclude (period_start),
    cast(period_start as date) as date_day
from quantities_by('day');

create table meter_quantities_monthly as
select
    *,
    cast(period_start as date) as month_start_date
from quantities_by('month');
