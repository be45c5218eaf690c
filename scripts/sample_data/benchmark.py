"""Benchmark data: any number of events, made by DuckDB from their numbers alone.

Event `i` is a pure function of the seed, the pace (events per year) and `i`, so that a further
call with `--first-event` writes exactly what a longer run would have written next. All draws are
integer arithmetic or MD5: DuckDB's own `hash()` and `random()` may change between versions.
"""

import os
import sys
from collections import Counter
from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal

import duckdb

from sample_data.chance import Chance
from sample_data.company import BUSINESS, PRO, STARTER
from sample_data.landing_writer import LandingWriter, to_json
from sample_data.meters import Meter
from sample_data.polar_records import RecordMaker

EVENTS_PER_FILE = 1_000_000
EVENTS_PER_CUSTOMER = 2_500
FEWEST_CUSTOMERS = 400
CUSTOMERS_PER_FILE = 20_000
ORDERS_PER_CUSTOMER = 12
YEAR_BEGIN = "2025-01-01"
YEAR_MILLISECONDS = 365 * 86_400_000
BLOCK_SIZE = 50
"""The last event of each block of 50 is a copy of an earlier one: 2 %."""

COPYABLE_SLOTS = 37
"""Copies are taken from the first slots of a block, where neither copies nor broken lines are."""

COPY_REACH_BLOCKS = 2_000
BROKEN_EVERY, BROKEN_SLOT = 1_000, 137
LATE_PERCENT, COST_PERCENT = 5, 70
CUSTOMER_ID_PERCENT, EXTERNAL_ID_PERCENT = 60, 35
LATE_MILLISECONDS_LOW, LATE_MILLISECONDS_RANGE = 86_400_000, 45 * 86_400_000
NUMBER_AMOUNT_PERCENT = 12
FIRST_RATE_DAY = date(2024, 12, 2)
WEEKLY_RATES = 110
MEMORY_LIMIT = "1GB"
MOST_THREADS = 4
PLANS_SOLD = (STARTER, PRO, BUSINESS)
RENDER_NAME = "image.render"
TOKEN_NAME = "llm.call"
COST_NAMES = (TOKEN_NAME, TOKEN_NAME, "chat.message", "embedding.batch", RENDER_NAME)
"""A name is as frequent as it stands here: the three metrics find as many events as have a cost."""

USAGE_NAMES = ("api.request", "document.uploaded", "page.viewed")
MODELS = (
    ("northwind", "atlas-large"),
    ("northwind", "atlas-small"),
    ("fjord", "tide-2"),
    ("lumen", "lumen-medium"),
)
REGIONS = ("eu-north", "eu-west", "us-east", "ap-south")
FEATURES = ("assistant", "search", "summary", "translation", "report", "export", "preview")
FEATURE_DRAWS = 8
"""More draws than features: one cost event in eight names none."""

IMAGE_SIZES = ("512x512", "1024x1024", "1792x1024")
TOKEN_DIMENSIONS = {
    "feature": "$.feature",
    "model": "$._llm.model",
    "region": "$.region",
    "vendor": "$._llm.vendor",
}
COST_METRICS = (
    {
        "id": "input_tokens",
        "name": "Input tokens",
        "eventType": TOKEN_NAME,
        "valueProperty": "$._llm.input_tokens",
        "aggregation": "sum",
        "currency": "usd",
        "unitCost": "0.0000025",
        "groupBy": TOKEN_DIMENSIONS,
    },
    {
        "id": "output_tokens",
        "name": "Output tokens",
        "eventType": TOKEN_NAME,
        "valueProperty": "$._llm.output_tokens",
        "aggregation": "sum",
        "currency": "usd",
        "unitCost": "0.00001",
        "groupBy": TOKEN_DIMENSIONS,
    },
    {
        "id": "image_rendering",
        "name": "Image rendering",
        "eventType": RENDER_NAME,
        "valueProperty": "$.render.amount",
        "aggregation": "sum",
        "currency": "eur",
        "groupBy": {
            "feature": "$.feature",
            "model": "$._llm.model",
            "region": "$.region",
            "size": "$.render.size",
        },
    },
)
GROUP_SIZE = 20
"""Of each group of 20 events, the first four may have steps below them, the next four are steps."""

FIRST_STEP_SLOT, END_OF_STEPS = 4, 8
GROUP_PARENT_PERCENT, EARLIER_PARENT_PERCENT = 88, 10
"""Of the steps below a root: the root is in the same group, or before; else it comes later."""

EARLIER_REACH_BITS, LATER_REACH_BITS = 17, 13
"""The distance to a root in another group is a power of two below these, in groups."""

# QUOTE '' and a delimiter that no line contains: each line reaches the file as it is.
COPY_AS_TEXT = "(format csv, header false, quote '', escape '', delimiter e'\\x01')"


def customer_count(events: int) -> int:
    """Return how many customers exist once `events` events were sent."""
    return max(FEWEST_CUSTOMERS, events // EVENTS_PER_CUSTOMER)


def write_benchmark(
    writer: LandingWriter,
    *,
    seed: int,
    first_event: int,
    event_count: int,
    events_per_year: int,
    meters: Sequence[Meter],
) -> Counter[str]:
    """Write events number `first_event` and the next ones, and what belongs to their customers.

    Customers, subscriptions and orders are written for the customers that these events bring:
    all at `first_event` 0, the additional ones later.

    Returns:
        How many there are of each thing, by plain name.

    Raises:
        OSError: a file cannot be written.
    """
    maker = _Maker(writer, seed, events_per_year)
    try:
        maker.write_events(first_event, first_event + event_count)
        known = customer_count(first_event) if first_event else 0
        customers = customer_count(first_event + event_count)
        maker.write_customers(known, customers)
        maker.write_reference(meters)
    except duckdb.IOException as problem:
        raise OSError(str(problem)) from problem
    finally:
        maker.connection.close()
    new = customers - known
    return Counter(
        {
            "events": event_count,
            "customers": new,
            "subscriptions": new,
            "orders": new * ORDERS_PER_CUSTOMER,
            "meters": len(meters),
        }
    )


class _Maker:
    def __init__(self, writer: LandingWriter, seed: int, events_per_year: int) -> None:
        self.writer = writer
        self.seed = seed
        self.events_per_year = events_per_year
        self.records = RecordMaker(seed)
        threads = min(MOST_THREADS, os.cpu_count() or 1)
        self.connection = duckdb.connect(config={"threads": threads, "memory_limit": MEMORY_LIMIT})
        self.connection.execute("set TimeZone = 'UTC'")

    def copy(self, relative: str, lines_sql: str) -> None:
        """Write the single text column of `lines_sql`, one line per row, in its order."""
        with self.writer.new_file(relative) as path:
            target = str(path).replace("'", "''")
            self.connection.execute(f"copy ({lines_sql}) to '{target}' {COPY_AS_TEXT}")

    def write_events(self, first: int, end: int) -> None:
        """Write events `first` to `end` (not included), in files that begin at full millions."""
        start = first
        while start < end:
            part = start // EVENTS_PER_FILE + 1
            stop = min(part * EVENTS_PER_FILE, end)
            # A part that begins in the middle must not overwrite the one that came before.
            suffix = "" if start % EVENTS_PER_FILE == 0 else f"-from-{start}"
            name = f"polar/events/part-{part:05d}{suffix}.ndjson"
            self.copy(name, self.events_sql(start, stop))
            start = stop
            if sys.stderr.isatty():
                print(f"\r{start - first:,} of {end - first:,} events", end="", file=sys.stderr)
        if sys.stderr.isatty():
            print(file=sys.stderr)

    def draw(self, number: str, name: str) -> str:
        """Return SQL for 32 random-looking bits that depend on the column `number` and `name`."""
        salt = Chance(self.seed, "benchmark", name).bits() % (1 << 32)
        mixed = f"(({number}::ubigint * 2654435761 + {salt}) & 4294967295)"
        for _ in range(2):
            mixed = f"((xor({mixed}, {mixed} >> 16) * 73244475) & 4294967295)"
        return f"{mixed}::bigint"

    def events_sql(self, start: int, stop: int) -> str:
        """Return SQL for the lines of events `start` to `stop` (not included), in order."""
        organization = self.records.organization_id
        cost_names, usage_names = _sql_list(COST_NAMES), _sql_list(USAGE_NAMES)
        vendors = _sql_list([vendor for vendor, _ in MODELS])
        models = _sql_list([model for _, model in MODELS])
        regions, features = _sql_list(REGIONS), _sql_list(FEATURES)
        sizes = _sql_list(IMAGE_SIZES)
        return f"""
            with delivered as (
                select
                    range as delivery,
                    range // {BLOCK_SIZE} as block,
                    {self.draw("range", "copy distance")} as distance_draw,
                    {self.draw("range", "copy slot")} as slot_draw
                from range({start}, {stop})
            ),
            numbered as (
                select
                    case
                        when delivery % {BLOCK_SIZE} = {BLOCK_SIZE} - 1
                            then {BLOCK_SIZE}
                                * (block - distance_draw % least(block + 1, {COPY_REACH_BLOCKS}))
                                + slot_draw % {COPYABLE_SLOTS}
                        else delivery
                    end as number
                from delivered
            ),
            drawn as (
                select
                    number,
                    {self.draw("number", "customer")} as customer_draw,
                    {self.draw("number", "identity")} as identity_draw,
                    {self.draw("number", "lateness")} as lateness_draw,
                    {self.draw("number", "kind")} as kind_draw,
                    {self.draw("number", "tokens")} as token_draw,
                    {self.draw("number", "amount")} as amount_draw,
                    {self.draw("number", "parent")} as parent_draw
                from numbered
            ),
            described as (
                select
                    number,
                    {self.event_id("number")} as event_id,
                    {self.parent_number("number", "parent_draw")} as parent_number,
                    -- The product of two draws: the first customers are the busiest.
                    ((customer_draw & 65535) * (customer_draw >> 16)
                        * greatest({FEWEST_CUSTOMERS}, number // {EVENTS_PER_CUSTOMER})) >> 32
                        as customer_number,
                    identity_draw % 100 as identity_percent,
                    identity_draw // 10000 as place_draw,
                    make_timestamp_ms(
                        epoch_ms(timestamp '{YEAR_BEGIN}')
                        + number * {YEAR_MILLISECONDS} // {self.events_per_year}
                        - case
                            when identity_draw // 100 % 100 < {LATE_PERCENT}
                                then {LATE_MILLISECONDS_LOW}
                                    + lateness_draw % {LATE_MILLISECONDS_RANGE}
                            else 0
                        end
                    ) as occurred_at,
                    kind_draw % 100 < {COST_PERCENT} as has_cost,
                    kind_draw // 100 % 100 < {NUMBER_AMOUNT_PERCENT} as amount_is_number,
                    kind_draw // 10000 as name_draw,
                    500 + token_draw % 100000 as input_tokens,
                    50 + token_draw // 100000 % 4000 as output_tokens,
                    concat(
                        amount_draw % 40, '.',
                        substr(
                            lpad(((token_draw * 4096 + amount_draw) % {10**12})::varchar, 12, '0'),
                            1, 1 + amount_draw // 40 % 12
                        )
                    ) as amount
                from drawn
            ),
            written as (
                select
                    number,
                    concat(
                        '{{"id":"', event_id,
                        '","timestamp":"', strftime(occurred_at, '%Y-%m-%dT%H:%M:%S.%gZ'),
                        '","organization_id":"{organization}","customer_id":',
                        case
                            when identity_percent < {CUSTOMER_ID_PERCENT}
                                then concat('"', {self.customer_id("customer_number")}, '"')
                            else 'null'
                        end,
                        ',"external_customer_id":',
                        case
                            when identity_percent < {CUSTOMER_ID_PERCENT} then 'null'
                            when identity_percent < {CUSTOMER_ID_PERCENT + EXTERNAL_ID_PERCENT}
                                then concat('"account-', customer_number, '"')
                            else 'null'
                        end,
                        case
                            when {_has_external_id("number")}
                                then concat(',"external_id":', {_external_id("number")})
                        end,
                        case
                            when {_has_external_id("parent_number")}
                                then concat(',"parent_id":', {_external_id("parent_number")})
                            when parent_number is not null
                                then concat(',"parent_id":"', {self.event_id("parent_number")}, '"')
                        end,
                        ',"name":"'
                    ) as beginning,
                    case
                        when has_cost
                            then concat(
                                {cost_names}[name_draw % {len(COST_NAMES)} + 1],
                                '","source":"user","metadata":{{"region":"',
                                {regions}[place_draw % {len(REGIONS)} + 1], '"',
                                -- Beyond the list is null, and so is what it is joined to.
                                ',"feature":"' || {features}[place_draw // 4 % {FEATURE_DRAWS} + 1]
                                    || '"',
                                case
                                    when name_draw % {len(COST_NAMES)}
                                        = {COST_NAMES.index(RENDER_NAME)}
                                        then concat(
                                            ',"render":{{"size":"',
                                            {sizes}[place_draw // 32 % {len(IMAGE_SIZES)} + 1],
                                            '","amount":0.', lpad(input_tokens::varchar, 6, '0'),
                                            '}}'
                                        )
                                end,
                                ',"_cost":{{"amount":',
                                if(amount_is_number, amount, concat('"', amount, '"')),
                                ',"currency":"usd"}},"_llm":{{"vendor":"',
                                {vendors}[name_draw // 8 % {len(MODELS)} + 1],
                                '","model":"', {models}[name_draw // 8 % {len(MODELS)} + 1],
                                '","input_tokens":', input_tokens,
                                ',"output_tokens":', output_tokens,
                                ',"total_tokens":', input_tokens + output_tokens,
                                '}}}}}}'
                            )
                        else concat(
                            {usage_names}[name_draw % {len(USAGE_NAMES)} + 1],
                            '","source":"user","metadata":{{"units":', input_tokens % 50 + 1,
                            ',"region":"eu"}}}}'
                        )
                    end as ending
                from described
            )
            select
                case
                    when number % {BROKEN_EVERY} != {BROKEN_SLOT} then concat(beginning, ending)
                    else case number // {BROKEN_EVERY} % 5
                        when 0 then concat(beginning, left(ending, 30))
                        when 1 then replace(concat(beginning, ending), '"name":', '"no_name":')
                        when 2 then regexp_replace(concat(beginning, ending), 'Z"', '"')
                        when 3 then '["not", "an", "object"]'
                        else 'upstream timeout, please retry'
                    end
                end as line
            from written
        """

    def event_id(self, number: str) -> str:
        """Return SQL for the id of the event whose number is in the column `number`."""
        return _uuid(f"md5(concat('{self.seed}/event/', {number}))")

    def parent_number(self, number: str, draw: str) -> str:
        """Return SQL for the number of an event's parent, null for an event without one.

        A step hangs below the step before it or below a root, so trees have a depth of at most 4.
        The numbers of broken lines and of copies are never a parent's. What comes later than its
        child may not have been written yet.
        """
        group, slot = f"({number} // {GROUP_SIZE})", f"{number} % {GROUP_SIZE}"
        choice, distance_draw = f"{draw} // 2 % 100", f"{draw} // 800"
        earlier = f"greatest(0, {group} - (1::bigint << {distance_draw} % {EARLIER_REACH_BITS}))"
        later = f"{group} + (1::bigint << {distance_draw} % {LATER_REACH_BITS})"
        return f"""case
            when {slot} not between {FIRST_STEP_SLOT} and {END_OF_STEPS - 1} then null
            when {slot} > {FIRST_STEP_SLOT} and {draw} % 2 = 0 then {number} - 1
            else {draw} // 200 % {FIRST_STEP_SLOT} + {GROUP_SIZE} * case
                when {choice} < {GROUP_PARENT_PERCENT} then {group}
                when {choice} < {GROUP_PARENT_PERCENT + EARLIER_PARENT_PERCENT} then {earlier}
                else {later}
            end
        end"""

    def customer_id(self, number: str) -> str:
        """Return SQL for the id of the customer whose number is in the column `number`."""
        return _uuid(f"md5(concat('{self.seed}/customer/', {number}))")

    def write_customers(self, first: int, end: int) -> None:
        """Write customers `first` to `end` (not included), each with a subscription and orders."""
        for start in range(first, end, CUSTOMERS_PER_FILE):
            stop = min(start + CUSTOMERS_PER_FILE, end)
            name = f"from-{start:06d}.ndjson"
            once = self.customers_sql(start, stop, 1)
            monthly = self.customers_sql(start, stop, ORDERS_PER_CUSTOMER)
            self.copy(f"polar/customers/{name}", f"select customer_json from ({once})")
            self.copy(f"polar/subscriptions/{name}", self.subscriptions_sql(once))
            self.copy(f"polar/orders/{name}", self.orders_sql(monthly))

    def customers_sql(self, start: int, stop: int, months: int) -> str:
        """Return SQL for `months` rows per customer: what it is, what it buys, and its JSON.

        The rows come in order from a range, not from a join and a sort, which need memory.
        """
        prices = {currency: [p.price(currency) for p in PLANS_SOLD] for currency in ("usd", "eur")}
        product_ids = _sql_list([self.records.product_ids[plan.key] for plan in PLANS_SOLD])
        products = _sql_list([to_json(self.records.product_summary(plan)) for plan in PLANS_SOLD])
        return f"""
            with counted as (
                select
                    range // {months} as number,
                    range % {months} as month
                from range({start * months}, {stop * months})
            ),
            numbered as (
                select
                    number,
                    month,
                    {self.customer_id("number")} as customer_id,
                    {_uuid(f"md5(concat('{self.seed}/subscription/', number))")} as subscription_id,
                    -- Nobody buys yearly here: each customer has one order a month.
                    number % 3 + 1 as plan_number,
                    case when number % 7 = 0 then 'eur' else 'usd' end as currency,
                    timestamp '{YEAR_BEGIN}' + to_minutes(number * 7 % 40000) as started_at
                from counted
            )
            select
                *,
                if(currency = 'usd', {prices["usd"]}, {prices["eur"]})[plan_number] as price,
                {product_ids}[plan_number] as product_id,
                {products}[plan_number] as product_json,
                strftime(started_at, '%Y-%m-%dT%H:%M:%S.%gZ') as started_text,
                concat(
                    '{{"id":"', customer_id, '","created_at":"', started_text,
                    '","modified_at":null,"metadata":{{}},"external_id":"account-', number,
                    '","email":"billing.', number, '@example.com","email_verified":true,',
                    '"type":"individual","name":"Customer ', number,
                    '","billing_name":null,"billing_address":null,"tax_id":null,',
                    '"organization_id":"{self.records.organization_id}",',
                    '"deleted_at":null,"first_user_event_at":null,"avatar_url":null}}'
                ) as customer_json
            from numbered
        """

    def subscriptions_sql(self, customers_sql: str) -> str:
        """Return SQL for the subscriptions of the customers, all active."""
        return f"""
            select concat(
                '{{"created_at":"', started_text, '","modified_at":null,"id":"', subscription_id,
                '","amount":', price, ',"currency":"', currency,
                '","recurring_interval":"month","recurring_interval_count":1,"status":"active",',
                '"current_period_start":"',
                strftime(started_at + to_months(11), '%Y-%m-%dT%H:%M:%S.%gZ'),
                '","current_period_end":"',
                strftime(started_at + to_months(12), '%Y-%m-%dT%H:%M:%S.%gZ'),
                '","trial_start":null,"trial_end":null,"cancel_at_period_end":false,',
                '"canceled_at":null,"started_at":"', started_text,
                '","ends_at":null,"ended_at":null,"pause_at_period_end":false,"paused_at":null,',
                '"resumes_at":null,"customer_id":"', customer_id, '","product_id":"', product_id,
                '","discount_id":null,"checkout_id":null,"customer_cancellation_reason":null,',
                '"customer_cancellation_comment":null,"metadata":{{}},"customer":', customer_json,
                ',"product":', product_json,
                ',"discount":null,"prices":[],"meters":[],"pending_update":null}}'
            )
            from ({customers_sql})
        """

    def orders_sql(self, customers_sql: str) -> str:
        """Return SQL for a paid order per row of the customers, without tax or discount."""
        order_id = _uuid(f"md5(concat('{self.seed}/order/', number, '/', month))")
        return f"""
            select concat(
                '{{"id":"', {order_id}, '","created_at":"',
                strftime(started_at + to_months(month), '%Y-%m-%dT%H:%M:%S.%gZ'),
                '","modified_at":null,"status":"paid","paid":true,"subtotal_amount":', price,
                ',"discount_amount":0,"net_amount":', price,
                ',"tax_amount":0,"total_amount":', price,
                ',"applied_balance_amount":0,"due_amount":', price,
                ',"refunded_amount":0,"refunded_tax_amount":0,"currency":"', currency,
                '","billing_reason":"',
                case month when 0 then 'subscription_create' else 'subscription_cycle' end,
                '","billing_name":null,"billing_address":null,"invoice_number":"B-', number, '-',
                month, '","is_invoice_generated":true,"receipt_number":null,"customer_id":"',
                customer_id, '","product_id":"', product_id,
                '","discount_id":null,"subscription_id":"', subscription_id,
                '","checkout_id":null,"metadata":{{}},"platform_fee_amount":', price // 20 + 50,
                ',"platform_fee_currency":"usd","customer":', customer_json,
                ',"product":', product_json,
                ',"discount":null,"subscription":null,"items":[{{"created_at":"', started_text,
                '","modified_at":null,"id":"', {order_id}, '","label":"Plan","amount":', price,
                ',"tax_amount":0,"proration":false,"product_price_id":null}}],',
                '"description":"Plan","refundable_amount":', price, ',"refundable_tax_amount":0}}'
            )
            from ({customers_sql})
        """

    def write_reference(self, meters: Sequence[Meter]) -> None:
        """Write the products sold, the meters, the cost metrics and weekly rates of the euro."""
        products = [self.records.product(plan) for plan in PLANS_SOLD]
        self.writer.write_records("polar/products/benchmark.json", [products])
        self.writer.write_records("polar/meters/benchmark.ndjson", map(self.records.meter, meters))
        self.writer.write_records("paygentic/cost_metrics/benchmark.ndjson", COST_METRICS)
        chance = Chance(self.seed, "benchmark rates")
        lines = ["rate_date,currency,rate"]
        for week in range(WEEKLY_RATES):
            day = FIRST_RATE_DAY + timedelta(days=7 * week)
            lines.append(
                f"{day.isoformat()},eur,{Decimal(chance.whole(105_000, 119_000)) / 100_000}"
            )
        content = (line.encode() for line in lines)
        self.writer.write_lines("reference/exchange_rates/benchmark.csv", content)


def _uuid(digest: str) -> str:
    """SQL for a text that looks like a random UUID (version 4), from 32 hexadecimal digits."""
    return (
        f"concat(substr({digest}, 1, 8), '-', substr({digest}, 9, 4), '-4',"
        f" substr({digest}, 14, 3), '-a', substr({digest}, 18, 3), '-', substr({digest}, 21, 12))"
    )


def _has_external_id(number: str) -> str:
    """SQL for whether an event has an external id: half of those that others may hang below.

    Others refer to it by that one then.
    """
    return (
        f"({number} % {GROUP_SIZE} < {END_OF_STEPS - 1}"
        f" and ({number} + {number} // {GROUP_SIZE}) % 2 = 0)"
    )


def _external_id(number: str) -> str:
    """SQL for the JSON string of an event's external id."""
    return f"""concat('"request-', {number}, '"')"""


def _sql_list(texts: Sequence[str]) -> str:
    """SQL for a list of texts, none of which holds a quote."""
    return "[" + ", ".join(f"'{text}'" for text in texts) + "]"
