"""Say in plain words what the published database holds: the end of `make run`.

    python scripts/summary.py [--currency CODE]

What was loaded, accepted and rejected and why; the meters and credits; revenue, cost and profit of
the last months; the least profitable customers; where the database is and how to open it. Reads
nothing else.
"""

import argparse
import json
import shlex
import sys
from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

import duckdb
from paths import get_paths

MOST_MONTHS = 6
MOST_CUSTOMERS = 5
MOST_REASONS = 15
LONGEST_TEXT = 48
NOBODY = "unattributed"
# Rejections that are no fault of the data; the names of all others say what is wrong.
HARMLESS_REASONS = {
    "duplicate_delivery": "the same record once more",
    "superseded_version": "a newer version of the record has come",
}
NOTHING_KNOWN = "unknown"

# A month counts as active when it holds any amount, known or not: the months after the last
# activity are zero rows up to the end of the calendar.
MONTHS_QUERY = """
    with months as (
        select
            month_start_date,
            sum(revenue_amount) as revenue_amount,
            sum(coalesce(refund_amount, 0) + coalesce(dispute_amount, 0)) as returned_amount,
            sum(fee_amount) as fee_amount,
            sum(cost_amount) as cost_amount,
            sum(profit_amount) as profit_amount,
            cast(sum(unconverted_count) as bigint) as unconverted_count,
            bool_or(
                revenue_amount <> 0
                or refund_amount <> 0
                or dispute_amount <> 0
                or fee_amount <> 0
                or cost_amount <> 0
                or unconverted_count > 0
            ) as is_active
        from marts.profit_monthly
        group by month_start_date
    ),

    last_active as (
        select max(month_start_date) as month_start_date from months where is_active
    )

    select
        strftime(months.month_start_date, '%Y-%m'),
        months.revenue_amount,
        months.returned_amount,
        months.fee_amount,
        months.cost_amount,
        months.profit_amount,
        months.unconverted_count
    from months
    inner join last_active
        on months.month_start_date <= last_active.month_start_date
    order by months.month_start_date desc
    limit ?
"""
CUSTOMERS_QUERY = """
    select
        coalesce(
            nullif(customers.customer_name, ''),
            customers.external_customer_id,
            customers.customer_id
        ),
        lifetime_value.net_revenue_amount,
        lifetime_value.cost_amount,
        lifetime_value.lifetime_value_amount,
        lifetime_value.margin_ratio
    from marts.lifetime_value
    inner join marts.customers
        on lifetime_value.customer_id = customers.customer_id
    where lifetime_value.customer_id <> ?
    order by lifetime_value.lifetime_value_amount, lifetime_value.customer_id
    limit ?
"""
LOADS_QUERY = """
    select
        source_system || '/' || entity as kind,
        count(*),
        cast(sum(row_count) as bigint),
        cast(sum(accepted_count) as bigint),
        cast(sum(rejected_count) as bigint),
        cast(sum(rounded_count) as bigint)
    from marts.loads
    group by kind
    order by kind
"""
REASONS_QUERY = """
    select
        source_system || '/' || entity as kind,
        reject_reason,
        count(*) as row_count,
        min(struct_pack(source_file := source_file, line_number := line_number)) as example
    from marts.rejected_rows
    group by kind, reject_reason
    order by row_count desc, kind, reject_reason
"""
METERS_QUERY = """
    select
        (select count(*) from marts.meters),
        (select count(*) from marts.meters where is_archived),
        (select coalesce(cast(sum(event_count) as bigint), 0) from marts.meter_usage_monthly)
"""

CREDITS_QUERY = """
    select
        count(*),
        count(*) filter (where balance_units < 0)
    from marts.credit_balances
    where credited_units > 0
"""


def summarize(database: Path, currency: str) -> str:
    """Return the summary of a published database as text.

    Args:
        database: the published file.
        currency: name of the reporting currency; amounts are in its major unit.

    Raises:
        duckdb.Error: the file cannot be read, or has not the marts that the summary needs.
    """
    with duckdb.connect(str(database), read_only=True) as connection:
        parts = [
            _loads(connection),
            _reasons(connection),
            _meters(connection),
            _credits(connection),
            _months(connection, currency),
            _customers(connection, currency),
        ]
    return "\n\n".join([*filter(None, parts), _how_to_open(database)])


def _loads(connection: duckdb.DuckDBPyConnection) -> str:
    loads = connection.execute(LOADS_QUERY).fetchall()
    if not loads:
        return "Nothing has been loaded yet."
    rows = [[kind, *map(_count, counts)] for kind, *counts, _ in loads]
    if len(loads) > 1:
        totals = [sum(column) for column in list(zip(*loads, strict=True))[1:-1]]
        rows.append(["all", *map(_count, totals)])
    text = _table("Loaded", ["files", "rows", "accepted", "rejected"], rows)
    rounded = sum(load[-1] or 0 for load in loads)
    if rounded:
        text += f"\n  Rounded, because they had more decimals than are kept: {rounded:,} values."
    return text


def _reasons(connection: duckdb.DuckDBPyConnection) -> str:
    reasons = connection.execute(REASONS_QUERY).fetchall()
    unreadable = connection.execute("select count(*) from marts.rejected_values").fetchone()[0]
    note = f"\n  Unreadable values in accepted events: {unreadable:,}." if unreadable else ""
    if not reasons:
        return f"No row was rejected.{note}"
    rows = []
    for kind, reason, count, example in reasons[:MOST_REASONS]:
        words = HARMLESS_REASONS.get(reason)
        why = f"{reason} ({words})" if words else reason
        place = f"{_printable(example['source_file'])} line {example['line_number']}"
        rows.append([kind, _count(count), why, place])
    text = _table("Rejected", ["rows", "why", "for example"], rows, left_columns=2)
    if len(reasons) > MOST_REASONS:
        text += f"\n  and {len(reasons) - MOST_REASONS} more kinds: see marts.rejected_rows"
    return text + note


def _meters(connection: duckdb.DuckDBPyConnection) -> str:
    meters, archived, events = connection.execute(METERS_QUERY).fetchone()
    if not meters:
        return "There are no meters yet."
    # An event that counts for two meters is usage of both.
    return f"Meters: {meters:,}, of them archived: {archived:,}. Usage events: {events:,}."


def _credits(connection: duckdb.DuckDBPyConnection) -> str:
    balances, overdrawn = connection.execute(CREDITS_QUERY).fetchone()
    if not balances:
        return ""
    return f"Credits: {balances:,} balances, of them below zero: {overdrawn:,}."


def _months(connection: duckdb.DuckDBPyConnection, currency: str) -> str:
    months = connection.execute(MONTHS_QUERY, [MOST_MONTHS]).fetchall()[::-1]
    if not months:
        return "There is no revenue and no cost yet."
    text = _table(
        f"Month, in {currency}",
        ["revenue", "refunds, disputes", "fees", "cost", "profit"],
        [[month, *map(_money, amounts)] for month, *amounts, _ in months],
    )
    unconverted = sum(month[-1] or 0 for month in months)
    if unconverted:
        text += (
            f"\n  Not in these sums: {unconverted:,} amounts without an exchange rate"
            f" to {currency}."
        )
    return text


def _customers(connection: duckdb.DuckDBPyConnection, currency: str) -> str:
    customers = connection.execute(CUSTOMERS_QUERY, [NOBODY, MOST_CUSTOMERS]).fetchall()
    if not customers:
        return "There are no customers yet."
    text = _table(
        f"Least profitable customers, all time, in {currency}",
        ["net revenue", "cost", "profit", "margin"],
        [
            [_printable(name), *map(_money, amounts), _percentage(ratio)]
            for name, *amounts, ratio in customers
        ],
    )
    nobody = connection.execute(
        "select cost_amount from marts.lifetime_value where customer_id = ? and cost_amount <> 0",
        [NOBODY],
    ).fetchone()
    if nobody:
        text += f"\n  A further cost of {_money(nobody[0])} belongs to no known customer."
    return text


def _how_to_open(database: Path) -> str:
    """Return the place of the database, and a command that needs no more than the project has."""
    place = json.dumps(_shortened(database), ensure_ascii=False)
    code = (
        f"import duckdb; db = duckdb.connect({place}, read_only=True);"
        ' db.sql("from marts.lifetime_value").show()'
    )
    command = f"{shlex.quote(_shortened(Path(sys.executable)))} -i -c {shlex.quote(code)}"
    return f"The database: {database}\nOpen it with:\n  {command}"


def _shortened(path: Path) -> str:
    """Return the path from the current folder if it lies below, else as it is."""
    return str(path.relative_to(Path.cwd())) if path.is_relative_to(Path.cwd()) else str(path)


def _table(
    title: str, headings: Sequence[str], rows: Sequence[Sequence[str]], left_columns: int = 0
) -> str:
    """Lay out rows under a title, which heads the first column.

    Args:
        title: heading of the first column, whose texts go left.
        headings: of the other columns.
        rows: texts, one per column.
        left_columns: how many of the last columns go left too; the others go right, as numbers do.
    """
    first_left = 1 + len(headings) - left_columns
    lines = [[title, *headings], *([f"  {first}", *others] for first, *others in rows)]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    laid_out = []
    for line in lines:
        cells = [
            text.rjust(width) if 1 <= position < first_left else text.ljust(width)
            for position, (text, width) in enumerate(zip(line, widths, strict=True))
        ]
        laid_out.append("  ".join(cells).rstrip())
    return "\n".join(laid_out)


def _count(value: int | None) -> str:
    return f"{value or 0:,}"


def _money(value: Decimal | None) -> str:
    """Write an amount with two decimals, half away from zero; null is what nobody knows."""
    if value is None:
        return NOTHING_KNOWN
    rounded = value.quantize(Decimal("0.01"), ROUND_HALF_UP)
    return f"{rounded if rounded else abs(rounded):,}"


def _percentage(ratio: Decimal | None) -> str:
    """Write a ratio in percent; there is none without net revenue."""
    if ratio is None:
        return "-"
    return f"{(ratio * 100).quantize(Decimal('0.1'), ROUND_HALF_UP):,} %"


def _printable(text: str) -> str:
    """Shorten a text of the data, and keep it from steering the terminal."""
    clean = "".join(letter if letter.isprintable() else "?" for letter in text)
    return clean if len(clean) <= LONGEST_TEXT else clean[: LONGEST_TEXT - 3] + "..."


def main(arguments: list[str] | None = None) -> int:
    """Print the summary that `arguments` (default: the command line) ask for.

    Returns:
        The exit code: 0, or 1 when there is no published database that can be read.
    """
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--currency", default="usd", help="name of the reporting currency")
    options = parser.parse_args(arguments)
    database = get_paths().published
    if not database.is_file():
        print(
            f"Nothing has been published at {database} yet: run `python scripts/publish.py`.",
            file=sys.stderr,
        )
        return 1
    try:
        print(summarize(database, options.currency.upper()))
    except duckdb.Error as problem:
        print(f"{database} cannot be summarized: {problem}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
