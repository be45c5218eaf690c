-- What a good analyst would write in one sitting instead of this project: the same event table,
-- costs, dimensions and traces from the same landing files, with plain DuckDB. `bench.py` adds a
-- query for each meter and the usage (`plain_meter_usage.sql`), runs all of it beside the project
-- and checks that both give the same rows.
--
-- It knows its data, as a script may: every file is NDJSON, every event has an id, an amount is a
-- number or a string that holds one, copies of an event are alike, no event is its own ancestor,
-- every currency has rates, and the four cost metrics are written out. It says nothing about rows
-- that it leaves out, and reads everything again on every run.

-- Decimals divide as floats, whole numbers do not. Halves are rounded away from zero.
create macro scaled(amount) as cast(
    cast(amount as decimal(38, 14)) * 100000000000000 as hugeint
);
create macro divide(amount, divisor) as cast(
    sign(amount)
    * ((2000000000000 * abs(scaled(amount)) + scaled(divisor)) // (2 * scaled(divisor)))
    * 0.000000000001 as decimal(38, 12)
);

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

-- A rate holds until the next.
create table exchange_rates as
with ranged as (
    select
        *,
        lead(rate_date) over (partition by currency order by rate_date) - 1 as last_date
    from read_csv(
        getvariable('landing') || '/reference/exchange_rates/*.csv',
        columns = {rate_date: 'date', currency: 'varchar', rate: 'decimal(17, 8)'}
    )
)

select
    currency,
    rate,
    cast(
        unnest(
            generate_series(
                rate_date,
                coalesce(last_date, cast(getvariable('as_of') as date)),
                interval 1 day
            )
        ) as date
    ) as date_day
from ranged;

-- The lines are read as text: an amount must not pass through a float on its way to a decimal.
create table events as
with lines as (
    select line
    from read_csv(
        getvariable('landing') || '/polar/events/*.ndjson',
        columns = {line: 'varchar'},
        auto_detect = false,
        header = false,
        delim = '\x01',
        quote = '',
        escape = ''
    )
),

parsed as (
    select
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
                    "feature": "VARCHAR",
                    "region": "VARCHAR",
                    "units": "BIGINT",
                    "render": {"amount": "DECIMAL(38,14)", "size": "VARCHAR"},
                    "_cost": {"amount": "DECIMAL(38,12)", "currency": "VARCHAR"},
                    "_llm": {
                        "vendor": "VARCHAR",
                        "model": "VARCHAR",
                        "input_tokens": "BIGINT",
                        "output_tokens": "BIGINT",
                        "total_tokens": "BIGINT"
                    }
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
        coalesce(
            event.customer_id,
            customers.customer_id,
            'external:' || event.external_customer_id,
            'unattributed'
        ) as customer_id,
        event.parent_id,
        event.metadata._cost.amount as cost_minor,
        lower(event.metadata._cost.currency) as cost_currency,
        event.metadata._llm.input_tokens,
        event.metadata._llm.output_tokens,
        event.metadata._llm.total_tokens,
        event.metadata.units,
        event.metadata.render.amount as render_amount,
        event.metadata.feature,
        event.metadata._llm.model,
        event.metadata.region,
        event.metadata.render.size,
        event.metadata._llm.vendor,
        case
            when regexp_full_match(event.timestamp, '[0-9-]{10}[T ][0-9:.]+(Z|[+-][0-9:]+)')
                then timezone('UTC', try_cast(event.timestamp as timestamptz))
        end as occurred_at,
        coalesce(timezone('UTC', try_cast(event.ingested_at as timestamptz)), occurred_at)
            as ingested_at
    from parsed
    left join customers on event.external_customer_id = customers.external_customer_id
)

select *
from typed
where event_name is not null and occurred_at is not null;

-- Copies are few: deleting them costs less than a window or an aggregate over all columns.
delete from events
using (
    select
        event_id,
        min(rowid) as first_row
    from events
    group by event_id
    having count(*) > 1
) as repeated
where events.event_id = repeated.event_id and events.rowid > repeated.first_row;

-- A parent is named by its external id or its id. A parent that is not here yet is no parent.
create table steps as
select
    child.event_id,
    coalesce(by_external_id.event_id, by_id.event_id) as parent_event_id,
    child.occurred_at
from events as child
left join events as by_external_id on child.parent_id = by_external_id.external_id
left join events as by_id on child.parent_id = by_id.event_id
where
    child.parent_id is not null
    and (by_external_id.event_id is not null or by_id.event_id is not null);

-- The events below each root. All other events are roots.
create table descendants as
with recursive walked as (
    select
        event_id,
        parent_event_id as trace_id,
        1 as depth,
        occurred_at
    from steps
    where parent_event_id not in (select event_id from steps)
    union all
    select
        steps.event_id,
        walked.trace_id,
        walked.depth + 1 as depth,
        steps.occurred_at
    from walked
    inner join steps on walked.event_id = steps.parent_event_id
)

from walked;

create table cost_events as
with found as (
    select
        *,
        'polar_cost' as cost_metric_id,
        cost_currency as native_currency,
        cast(cost_minor * 0.01 as decimal(38, 14)) as native_amount
    from events
    where cost_minor is not null and cost_currency is not null
    union all
    select
        *,
        'input_tokens' as cost_metric_id,
        'usd' as native_currency,
        cast(input_tokens * 0.0000025 as decimal(38, 14)) as native_amount
    from events
    where event_name = 'llm.call' and input_tokens is not null
    union all
    select
        *,
        'output_tokens' as cost_metric_id,
        'usd' as native_currency,
        cast(output_tokens * 0.00001 as decimal(38, 14)) as native_amount
    from events
    where event_name = 'llm.call' and output_tokens is not null
    union all
    select
        *,
        'image_rendering' as cost_metric_id,
        'eur' as native_currency,
        render_amount as native_amount
    from events
    where event_name = 'image.render' and render_amount is not null
)

select
    found.event_id,
    found.cost_metric_id,
    found.customer_id,
    found.event_name,
    coalesce(descendants.trace_id, found.event_id) as trace_id,
    found.native_currency,
    found.feature,
    found.model,
    found.region,
    found.size,
    found.vendor,
    cast(
        case found.cost_metric_id
            when 'polar_cost' then json_object('model', found.model, 'vendor', found.vendor)
            when 'image_rendering'
                then json_object(
                    'feature', found.feature,
                    'model', found.model,
                    'region', found.region,
                    'size', found.size
                )
            else json_object(
                'feature', found.feature,
                'model', found.model,
                'region', found.region,
                'vendor', found.vendor
            )
        end as varchar
    ) as dimensions,
    found.native_amount,
    cast(
        case
            when found.native_currency = 'usd' then found.native_amount
            else round(cast(found.native_amount as decimal(20, 14)) * exchange_rates.rate, 14)
        end as decimal(38, 14)
    ) as cost_amount,
    found.occurred_at,
    found.ingested_at,
    cast(found.occurred_at as date) as date_day
from found
left join descendants on found.event_id = descendants.event_id
left join exchange_rates
    on
        found.native_currency = exchange_rates.currency
        and cast(found.occurred_at as date) = exchange_rates.date_day;

create table costs_daily as
select
    customer_id,
    cost_metric_id,
    cast(sum(cost_amount) as decimal(38, 14)) as cost_amount,
    count(*) as event_count,
    count(*) - count(cost_amount) as unconverted_count,
    date_day
from cost_events
group by all;

create macro costs_by(dimension_name, dimension_value, metrics) as table
    select
        cost_metric_id,
        dimension_name as dimension_name,
        coalesce(dimension_value, '(none)') as dimension_value,
        customer_id,
        cast(sum(cost_amount) as decimal(38, 14)) as cost_amount,
        count(*) as event_count,
        count(*) - count(cost_amount) as unconverted_count,
        date_day
    from cost_events
    where cost_metric_id in metrics
    group by all;

create table cost_by_dimension_daily as
from costs_by('feature', feature, ['input_tokens', 'output_tokens', 'image_rendering'])
union all
from costs_by(
    'model', model, ['polar_cost', 'input_tokens', 'output_tokens', 'image_rendering']
)
union all
from costs_by('region', region, ['input_tokens', 'output_tokens', 'image_rendering'])
union all
from costs_by('size', size, ['image_rendering'])
union all
from costs_by('vendor', vendor, ['polar_cost', 'input_tokens', 'output_tokens']);

-- The ten largest values of each month and slice, and the rest in one row.
create table cost_report_monthly as
with daily as (
    select
        cost_metric_id,
        'customer' as slice_kind,
        'customer' as slice_name,
        customer_id as slice_value,
        cost_amount,
        event_count,
        unconverted_count,
        date_day
    from costs_daily
    union all
    select
        cost_metric_id,
        'dimension' as slice_kind,
        dimension_name as slice_name,
        dimension_value as slice_value,
        cost_amount,
        event_count,
        unconverted_count,
        date_day
    from cost_by_dimension_daily
),

monthly as (
    select
        cost_metric_id,
        slice_kind,
        slice_name,
        slice_value,
        sum(cost_amount) as cost_amount,
        cast(sum(event_count) as bigint) as event_count,
        cast(sum(unconverted_count) as bigint) as unconverted_count,
        cast(date_trunc('month', date_day) as date) as month_start_date
    from daily
    group by all
),

totals as (
    select
        cost_metric_id,
        slice_kind,
        slice_name,
        sum(cost_amount) as total_amount,
        month_start_date
    from monthly
    group by all
),

ranked as (
    select
        monthly.*,
        if(previous.slice_value is null, 0, previous.cost_amount) as previous_cost_amount,
        row_number() over (
            partition by
                monthly.cost_metric_id,
                monthly.slice_kind,
                monthly.slice_name,
                monthly.month_start_date
            order by monthly.cost_amount desc, monthly.slice_value
        ) as value_rank
    from monthly
    left join monthly as previous
        on
            monthly.cost_metric_id = previous.cost_metric_id
            and monthly.slice_kind = previous.slice_kind
            and monthly.slice_name = previous.slice_name
            and monthly.slice_value = previous.slice_value
            and monthly.month_start_date = previous.month_start_date + interval 1 month
),

listed as (
    select
        cost_metric_id,
        slice_kind,
        slice_name,
        if(value_rank <= 10, slice_value, 'other') as slice_value,
        if(value_rank <= 10, value_rank, null) as cost_rank,
        sum(cost_amount) as cost_amount,
        sum(previous_cost_amount) as previous_cost_amount,
        cast(sum(event_count) as bigint) as event_count,
        cast(sum(unconverted_count) as bigint) as unconverted_count,
        month_start_date
    from ranked
    group by all
),

-- What was spent last month on values without a cost this month belongs to the rest, too.
compared as (
    select
        listed.* exclude (previous_cost_amount),
        totals.total_amount,
        case
            when listed.cost_rank is not null then listed.previous_cost_amount
            else if(before.total_amount is null and before.month_start_date is not null, null, coalesce(before.total_amount, 0)) - coalesce(
                sum(listed.previous_cost_amount) filter (where listed.cost_rank is not null)
                    over (
                        partition by
                            listed.cost_metric_id,
                            listed.slice_kind,
                            listed.slice_name,
                            listed.month_start_date
                    ),
                0
            )
        end as previous_cost_amount
    from listed
    inner join totals
        on
            listed.cost_metric_id = totals.cost_metric_id
            and listed.slice_kind = totals.slice_kind
            and listed.slice_name = totals.slice_name
            and listed.month_start_date = totals.month_start_date
    left join totals as before
        on
            listed.cost_metric_id = before.cost_metric_id
            and listed.slice_kind = before.slice_kind
            and listed.slice_name = before.slice_name
            and listed.month_start_date = before.month_start_date + interval 1 month
)

select
    cost_metric_id,
    slice_kind,
    slice_name,
    slice_value,
    cost_rank,
    cast(cost_amount as decimal(38, 14)) as cost_amount,
    cast(previous_cost_amount as decimal(38, 14)) as previous_cost_amount,
    cast(cost_amount - previous_cost_amount as decimal(38, 14)) as change_amount,
    if(
        previous_cost_amount > 0,
        divide(cost_amount - previous_cost_amount, previous_cost_amount),
        null
    ) as change_ratio,
    if(total_amount > 0, divide(cost_amount, total_amount), null) as share_ratio,
    event_count,
    unconverted_count,
    month_start_date
from compared;

create table cost_traces as
with costs as (
    select
        trace_id,
        sum(cost_amount) as cost_amount,
        sum(cost_amount) filter (where event_id = trace_id) as own_cost_amount,
        count(*) - count(cost_amount) as unconverted_count
    from cost_events
    group by trace_id
),

below as (
    select
        trace_id,
        count(*) as event_count,
        max(depth) as depth,
        min(occurred_at) as started_at,
        max(occurred_at) as ended_at
    from descendants
    group by trace_id
)

select
    events.event_id as trace_id,
    events.event_name,
    events.event_source,
    events.customer_id,
    1 + coalesce(below.event_count, 0) as event_count,
    coalesce(below.depth, 0) as depth,
    cast(coalesce(costs.cost_amount, 0) as decimal(38, 14)) as cost_amount,
    cast(coalesce(costs.own_cost_amount, 0) as decimal(38, 14)) as own_cost_amount,
    coalesce(costs.unconverted_count, 0) as unconverted_count,
    events.occurred_at,
    least(events.occurred_at, below.started_at) as started_at,
    greatest(events.occurred_at, below.ended_at) as ended_at
from events
left join costs on events.event_id = costs.trace_id
left join below on events.event_id = below.trace_id
where events.event_id not in (select event_id from descendants);

-- Between two neighbours of the sorted list, in hundredths of the way.
create macro percentile(sorted, percent) as cast(
    round(
        sorted[1 + (len(sorted) - 1) * percent // 100]
        + (
            sorted[least(len(sorted), 2 + (len(sorted) - 1) * percent // 100)]
            - sorted[1 + (len(sorted) - 1) * percent // 100]
        )
        * ((len(sorted) - 1) * percent % 100) * 0.01,
        12
    ) as decimal(38, 12)
);

create table cost_trace_statistics as
with collected as (
    select
        event_name,
        count(*) as occurrences,
        count(distinct customer_id) filter (where customer_id <> 'unattributed') as customers,
        cast(sum(cost_amount) as decimal(38, 14)) as total,
        list_sort(list(cost_amount)) as amounts,
        cast(sum(unconverted_count) as bigint) as unconverted_count
    from cost_traces
    where event_source = 'user'
    group by event_name
)

select
    event_name,
    occurrences,
    customers,
    total,
    divide(total, occurrences) as average,
    percentile(amounts, 10) as p10,
    percentile(amounts, 90) as p90,
    percentile(amounts, 99) as p99,
    unconverted_count
from collected;

create table cost_trace_statistics_daily as
with collected as (
    select
        event_name,
        count(*) as occurrences,
        count(distinct customer_id) filter (where customer_id <> 'unattributed') as customers,
        cast(sum(cost_amount) as decimal(38, 14)) as total,
        list_sort(list(cost_amount)) as amounts,
        cast(sum(unconverted_count) as bigint) as unconverted_count,
        cast(occurred_at as date) as date_day
    from cost_traces
    where event_source = 'user'
    group by all
),

days as (
    select cast(
        unnest(
            generate_series(
                min(date_day),
                greatest(max(date_day), cast(getvariable('as_of') as date)),
                interval 1 day
            )
        ) as date
    ) as date_day
    from collected
),

names as (select distinct event_name from collected)

select
    names.event_name,
    coalesce(collected.occurrences, 0) as occurrences,
    coalesce(collected.customers, 0) as customers,
    coalesce(collected.total, 0) as total,
    coalesce(divide(collected.total, collected.occurrences), 0) as average,
    coalesce(percentile(collected.amounts, 10), 0) as p10,
    coalesce(percentile(collected.amounts, 90), 0) as p90,
    coalesce(percentile(collected.amounts, 99), 0) as p99,
    coalesce(collected.unconverted_count, 0) as unconverted_count,
    days.date_day
from names
cross join days
left join collected
    on
        names.event_name = collected.event_name
        and days.date_day = collected.date_day;

create table cost_outliers as
select
    cost_traces.trace_id,
    cost_traces.event_name,
    cost_traces.customer_id,
    cost_traces.cost_amount,
    statistics.average as average_amount,
    statistics.p99 as p99_amount,
    if(
        statistics.total > 0,
        divide(
            cast(cost_traces.cost_amount * statistics.occurrences as decimal(38, 14)),
            statistics.total
        ),
        null
    ) as ratio_to_average,
    cost_traces.occurred_at
from cost_traces
inner join cost_trace_statistics as statistics
    on cost_traces.event_name = statistics.event_name
where
    cost_traces.event_source = 'user'
    and round(cost_traces.cost_amount, 12) >= statistics.p99
    and cost_traces.cost_amount <> 0;
