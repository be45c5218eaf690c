-- What a good analyst would write in one sitting instead of this project: the same event table,
-- cost_events and costs_daily from the same landing files, with plain DuckDB. `bench.py` runs it
-- beside the project and checks that both give the same rows.
--
-- It knows its data, as a script may: every file is NDJSON, every event has an id, an amount is a
-- number or a string that holds one, amounts are in cents, copies of an event are alike. It says
-- nothing about rows that it leaves out, and reads everything again on every run.

create table customers as
select
    id as customer_id,
    external_id as external_customer_id
from read_json(
    getvariable('landing') || '/polar/customers/*.ndjson',
    format = 'newline_delimited',
    columns = {id: 'varchar', external_id: 'varchar'}
)
where external_id is not null;

create table exchange_rates as
select
    rate_date,
    currency,
    rate
from read_csv(
    getvariable('landing') || '/reference/exchange_rates/*.csv',
    columns = {rate_date: 'date', currency: 'varchar', rate: 'decimal(17, 8)'}
);

-- The lines are read as text: an amount must not pass through a float on its way to a decimal.
create table events as
with lines as (
    select
        line,
        filename
    from read_csv(
        getvariable('landing') || '/polar/events/*.ndjson',
        columns = {line: 'varchar'},
        auto_detect = false,
        header = false,
        delim = '\x01',
        quote = '',
        escape = '',
        filename = true
    )
),

parsed as (
    select
        filename,
        from_json(
            line,
            '{
                "id": "VARCHAR",
                "external_id": "VARCHAR",
                "name": "VARCHAR",
                "source": "VARCHAR",
                "timestamp": "VARCHAR",
                "ingested_at": "VARCHAR",
                "customer_id": "VARCHAR",
                "external_customer_id": "VARCHAR",
                "parent_id": "VARCHAR",
                "metadata": {
                    "_cost": {"amount": "DECIMAL(38,12)", "currency": "VARCHAR"},
                    "_llm": {"vendor": "VARCHAR", "model": "VARCHAR"}
                }
            }'
        ) as event
    from lines
    where json_valid(line) and json_type(line) = 'OBJECT'
),

typed as (
    select
        event.id as event_id,
        event.external_id,
        event.name as event_name,
        coalesce(event.source, 'user') as event_source,
        event.customer_id,
        event.external_customer_id,
        event.parent_id,
        event.metadata._cost.amount as cost_minor,
        lower(event.metadata._cost.currency) as native_currency,
        event.metadata._llm.vendor,
        event.metadata._llm.model,
        case
            when regexp_full_match(event.timestamp, '[0-9-]{10}[T ][0-9:.]+(Z|[+-][0-9:]+)')
                then timezone('UTC', try_cast(event.timestamp as timestamptz))
        end as occurred_at,
        coalesce(timezone('UTC', try_cast(event.ingested_at as timestamptz)), occurred_at)
            as ingested_at,
        filename
    from parsed
)

select * exclude (filename)
from typed
where event_name is not null and occurred_at is not null
qualify row_number() over (partition by event_id order by filename) = 1;

create table cost_events as
with priced as (
    select
        *,
        cast(cost_minor * 0.01 as decimal(38, 14)) as native_amount,
        cast(occurred_at as date) as date_day
    from events
    where cost_minor is not null and native_currency is not null
)

select
    priced.event_id,
    'polar_cost' as cost_metric_id,
    coalesce(
        priced.customer_id,
        customers.customer_id,
        'external:' || priced.external_customer_id,
        'unattributed'
    ) as customer_id,
    priced.event_name,
    priced.event_id as trace_id,
    priced.native_currency,
    cast(json_object('model', priced.model, 'vendor', priced.vendor) as varchar) as dimensions,
    priced.native_amount,
    cast(
        case
            when priced.native_currency = 'usd' then priced.native_amount
            else round(cast(priced.native_amount as decimal(20, 14)) * exchange_rates.rate, 14)
        end as decimal(38, 14)
    ) as cost_amount,
    priced.occurred_at,
    priced.ingested_at
from priced
left join customers
    on
        priced.customer_id is null
        and priced.external_customer_id = customers.external_customer_id
asof left join exchange_rates
    on
        priced.native_currency = exchange_rates.currency
        and priced.date_day >= exchange_rates.rate_date;

create table costs_daily as
select
    customer_id,
    cost_metric_id,
    cast(sum(cost_amount) as decimal(38, 14)) as cost_amount,
    count(*) as event_count,
    count(*) - count(cost_amount) as unconverted_count,
    cast(occurred_at as date) as date_day
from cost_events
group by all;
