"""The summary says what the published database holds, whatever that is."""

import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "scripts"))

from summary import main, summarize

MARTS = """
    create schema marts;
    create table marts.loads (
        load_id varchar, source_system varchar, entity varchar, source_file varchar,
        loaded_at timestamp, row_count bigint, accepted_count bigint, rejected_count bigint,
        duplicate_count bigint, rounded_count bigint
    );
    create table marts.rejected_rows (
        source_system varchar, entity varchar, load_id varchar, line_number bigint,
        source_file varchar, reject_reason varchar
    );
    create table marts.rejected_values (
        event_id varchar, definition_id varchar, reject_reason varchar
    );
    create table marts.profit_monthly (
        customer_id varchar, month_start_date date,
        revenue_amount decimal(38, 14), refund_amount decimal(38, 14),
        dispute_amount decimal(38, 14), fee_amount decimal(38, 14),
        net_revenue_amount decimal(38, 14), cost_amount decimal(38, 14),
        profit_amount decimal(38, 14), cumulative_profit_amount decimal(38, 14),
        unconverted_count bigint
    );
    create table marts.lifetime_value (
        customer_id varchar, lifetime_value_amount decimal(38, 14),
        net_revenue_amount decimal(38, 14), cost_amount decimal(38, 14),
        margin_ratio decimal(38, 12)
    );
    create table marts.meters (meter_id varchar, is_archived boolean);
    create table marts.meter_usage_monthly (
        customer_id varchar, meter_id varchar, usage_quantity decimal(38, 12), event_count bigint
    );
    create table marts.credit_balances (
        customer_id varchar, meter_id varchar, credited_units decimal(38, 12),
        balance_units decimal(38, 12)
    );
    create table marts.customers (
        customer_id varchar, external_customer_id varchar, customer_name varchar
    );
"""
LOADS = """
    insert into marts.loads values
        ('a', 'polar', 'events', 'polar/events/one.ndjson', now(), 1200000, 1199990, 10, 7, 3),
        ('b', 'polar', 'events', 'polar/events/two.ndjson', now(), 5, 5, 0, 0, 0),
        ('c', 'polar', 'orders', 'polar/orders/one.ndjson', now(), 4, 4, 0, 0, 0);
    insert into marts.rejected_rows
    select 'polar', 'events', 'a', range, 'polar/events/one.ndjson',
        case when range < 7 then 'duplicate_delivery' else 'malformed_json' end
    from range(10);
"""


@pytest.fixture
def database(tmp_path: Path) -> Path:
    """A published database without a row."""
    place = tmp_path / "published" / "cost_insights.duckdb"
    place.parent.mkdir()
    execute(place, MARTS)
    return place


def execute(database: Path, sql: str) -> None:
    """Run SQL on a database."""
    with duckdb.connect(str(database)) as connection:
        connection.execute(sql)


def add_month(database: Path, month: str, **amounts: str) -> None:
    """Add a month of one customer: amounts not given are zero, or what follows from the others."""
    values = {"revenue": "0", "refund": "0", "dispute": "0", "fee": "0", "cost": "0"} | amounts
    execute(
        database,
        f"""
        insert into marts.profit_monthly
        select 'k', '{month}-01', revenue, refund, dispute, fee,
            revenue + refund + dispute - fee, cost,
            revenue + refund + dispute - fee - cost, 0, {values.pop("unconverted", 0)}
        from (select {", ".join(f"{value} as {name}" for name, value in values.items())})
        """,
    )


def add_customer(database: Path, customer_id: str, profit: str, name: str | None = None) -> None:
    """Add a customer with revenue 100 and a profit of all time."""
    with duckdb.connect(str(database)) as connection:
        connection.execute(
            "insert into marts.customers values (?, ?, ?)", [customer_id, f"x_{customer_id}", name]
        )
        connection.execute(
            "insert into marts.lifetime_value"
            " select id, profit, 100, 100 - profit, cast(profit as decimal(38, 12)) / 100"
            " from (select ? as id, cast(? as decimal(38, 14)) as profit)",
            [customer_id, profit],
        )


def block(summary: str, title: str) -> list[list[str]]:
    """Return the lines below a title as lists of cells."""
    lines = next(part for part in summary.split("\n\n") if part.startswith(title)).splitlines()
    return [[cell.strip() for cell in line.strip().split("  ") if cell.strip()] for line in lines]


def test_an_empty_database_is_summarized_too(database: Path) -> None:
    assert summarize(database, "USD").split("\n\n")[:-1] == [
        "Nothing has been loaded yet.",
        "No row was rejected.",
        "There are no meters yet.",
        "There is no revenue and no cost yet.",
        "There are no customers yet.",
    ]


def test_what_was_loaded_and_rejected_and_why(database: Path) -> None:
    execute(database, LOADS)
    summary = summarize(database, "USD")
    assert block(summary, "Loaded") == [
        ["Loaded", "files", "rows", "accepted", "rejected"],
        ["polar/events", "2", "1,200,005", "1,199,995", "10"],
        ["polar/orders", "1", "4", "4", "0"],
        ["all", "3", "1,200,009", "1,199,999", "10"],
        ["Rounded, because they had more decimals than are kept: 3 values."],
    ]
    harmless = "duplicate_delivery (the same record once more)"
    assert block(summary, "Rejected") == [
        ["Rejected", "rows", "why", "for example"],
        ["polar/events", "7", harmless, "polar/events/one.ndjson line 0"],
        ["polar/events", "3", "malformed_json", "polar/events/one.ndjson line 7"],
    ]


def test_columns_are_aligned(database: Path) -> None:
    execute(database, LOADS)
    lines = summarize(database, "USD").split("\n\n")[0].splitlines()[:-1]
    assert len({len(line) for line in lines}) == 1


def test_meters_and_their_usage_are_counted(database: Path) -> None:
    execute(database, "insert into marts.meters values ('m', false), ('n', true), ('o', false)")
    assert "Meters: 3, of them archived: 1. Usage events: 0." in summarize(database, "USD")
    execute(
        database,
        "insert into marts.meter_usage_monthly values ('a', 'm', 7, 1200), ('b', 'n', 0.5, 34)",
    )
    assert "Meters: 3, of them archived: 1. Usage events: 1,234." in summarize(database, "USD")


def test_credits_are_counted(database: Path) -> None:
    assert "Credits" not in summarize(database, "USD")
    execute(
        database,
        "insert into marts.credit_balances values"
        " ('k', 'm', 100, 50), ('l', 'm', 100, -0.5), ('n', 'm', 0, -7)",
    )
    assert "Credits: 2 balances, of them below zero: 1." in summarize(database, "USD")


def test_unreadable_values_are_mentioned(database: Path) -> None:
    assert "Unreadable" not in summarize(database, "USD")
    execute(database, "insert into marts.rejected_values values ('e', 'polar_cost', 'reason')")
    assert "Unreadable values in accepted events: 1." in summarize(database, "USD")


def test_the_last_six_months_end_with_the_last_activity(database: Path) -> None:
    for month in range(1, 10):
        add_month(database, f"2026-0{month}", revenue=str(month * 1000))
    for month in ("2026-10", "2026-11", "2026-12"):
        add_month(database, month)
    months = [row[0] for row in block(summarize(database, "USD"), "Month")[1:]]
    assert months == ["2026-04", "2026-05", "2026-06", "2026-07", "2026-08", "2026-09"]


def test_months_between_without_activity_are_shown(database: Path) -> None:
    add_month(database, "2026-01", cost="1")
    add_month(database, "2026-02")
    add_month(database, "2026-03", revenue="2")
    assert block(summarize(database, "USD"), "Month")[1:] == [
        ["2026-01", "0.00", "0.00", "0.00", "1.00", "-1.00"],
        ["2026-02", "0.00", "0.00", "0.00", "0.00", "0.00"],
        ["2026-03", "2.00", "0.00", "0.00", "0.00", "2.00"],
    ]


def test_amounts_are_exact_and_named(database: Path) -> None:
    add_month(
        database,
        "2026-01",
        revenue="99999999999999.005",
        refund="-0.004",
        dispute="-0.001",
        fee="0.005",
        cost="12345678.125",
    )
    assert block(summarize(database, "EUR"), "Month") == [
        ["Month, in EUR", "revenue", "refunds, disputes", "fees", "cost", "profit"],
        [
            "2026-01",
            "99,999,999,999,999.01",
            "-0.01",
            "0.01",
            "12,345,678.13",
            "99,999,987,654,320.87",
        ],
    ]


def test_no_minus_zero(database: Path) -> None:
    add_month(database, "2026-01", revenue="1", refund="-0.0049")
    assert block(summarize(database, "USD"), "Month")[1][2] == "0.00"


def test_unconverted_amounts_are_mentioned_and_unknown_is_not_zero(database: Path) -> None:
    add_month(database, "2026-01", revenue="1")
    assert "exchange rate" not in summarize(database, "USD")
    add_month(database, "2026-02", revenue="cast(null as decimal)", unconverted="3")
    summary = summarize(database, "USD")
    assert "Not in these sums: 3 amounts without an exchange rate to USD." in summary
    assert block(summary, "Month")[2] == ["2026-02", "unknown", "0.00", "0.00", "0.00", "unknown"]


def test_the_five_least_profitable_customers(database: Path) -> None:
    for number, profit in enumerate(["-5", "40", "-1.5", "10", "-200", "20", "30"]):
        add_customer(database, f"k{number}", profit, f"Customer {number}")
    add_customer(database, "unattributed", "-1000")
    summary = summarize(database, "USD")
    assert block(summary, "Least profitable")[1:] == [
        ["Customer 4", "100.00", "300.00", "-200.00", "-200.0 %"],
        ["Customer 0", "100.00", "105.00", "-5.00", "-5.0 %"],
        ["Customer 2", "100.00", "101.50", "-1.50", "-1.5 %"],
        ["Customer 3", "100.00", "90.00", "10.00", "10.0 %"],
        ["Customer 5", "100.00", "80.00", "20.00", "20.0 %"],
        ["A further cost of 1,100.00 belongs to no known customer."],
    ]


def test_names_of_customers_cannot_spoil_the_page(database: Path) -> None:
    add_customer(database, "k1", "1", "two\nlines \x1b[31m")
    add_customer(database, "k2", "2", "n" * 200)
    add_customer(database, "k3", "3", "")
    names = [row[0] for row in block(summarize(database, "USD"), "Least profitable")[1:]]
    assert names == ["two?lines ?[31m", "n" * 45 + "...", "x_k3"]


def test_the_line_that_opens_the_database_works(database: Path) -> None:
    quoted = database.parent / """it's "here".duckdb"""
    database.rename(quoted)
    add_customer(quoted, "k1", "1")
    command = summarize(quoted, "USD").splitlines()[-1]
    process = subprocess.run(
        command, shell=True, input="", capture_output=True, text=True, check=True
    )
    assert "lifetime_value_amount" in process.stdout


def test_command_line(
    database: Path, capsys: pytest.CaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COST_INSIGHTS_PUBLISHED", str(database))
    add_month(database, "2026-01", revenue="1")
    assert main(["--currency", "eur"]) == 0
    assert "Month, in EUR" in capsys.readouterr().out
    execute(database, "drop table marts.loads")
    assert main([]) == 1
    assert "cannot be summarized" in capsys.readouterr().err
    database.unlink()
    assert main([]) == 1
    assert "Nothing has been published" in capsys.readouterr().err
