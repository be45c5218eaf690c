"""Measure credits beside usage, in one session: `make bench-credits`.

    python scripts/bench_credits.py [--customers N] [--events N] [--verify]

Lands two years of monthly subscriptions of N customers with three meters each and their usage,
builds from nothing, with nothing new, and with 1 % new while the clock goes on; then times the
`credit_*` marts beside `meter_usage_daily`, each alone. All files are in `.bench/credits/`.

Exit code 0 when everything ran, also when a goal was missed; 1 when a step failed or a mart differs
from its full refresh; 2 for wrong arguments.
"""

import argparse
import sys
from datetime import timedelta

from bench import NEW_SHARE, StepFailed
from bench_session import Session
from paths import PROJECT_ROOT
from sample_data.benchmark_credits import (
    FIRST_DAY,
    FULL_DAYS,
    NEW_DAYS,
    write_credit_catalogue,
    write_credit_usage,
)
from sample_data.landing_writer import LandingWriter

WORK = PROJECT_ROOT / ".bench" / "credits"
SEED = 1
USAGE_MART = "meter_usage_daily"
CREDIT_MARTS = ("credit_movements", "credit_balances_daily", "credit_balances")
CREDITS_GOAL = 3.0


def make_landing(session: Session, customers: int, events: int) -> None:
    """Write the files of the full run, and those of what is new."""
    print("making the sample", file=sys.stderr, flush=True)
    full, new = (LandingWriter(session.work / name) for name in ("landing", "landing_new"))
    write_credit_catalogue(full, SEED, customers)
    for writer, first, count in ((full, 0, events), (new, events, events // NEW_SHARE)):
        write_credit_usage(
            writer,
            SEED,
            customer_count=customers,
            first_event=first,
            event_count=count,
            is_new=writer is new,
        )


def run_session(session: Session, customers: int, events: int, is_verified: bool) -> str:
    """Run all steps and return the report.

    Raises:
        StepFailed: a step failed, or a mart differs from its full refresh.
    """
    make_landing(session, customers, events)
    full = FIRST_DAY + timedelta(days=FULL_DAYS)
    new = full + timedelta(days=NEW_DAYS)
    session.land("land", "landing")
    session.dbt("dbt seed", "seed", as_of=full)
    session.dbt("dbt run", "run", as_of=full)
    session.dbt("dbt run, nothing new", "run", as_of=full)
    session.empty_models()
    session.land("land 1 % new", "landing_new")
    session.dbt("dbt run, 1 % new", "run", as_of=new)
    if is_verified:
        session.verify(new)
    usage = session.seconds_alone(USAGE_MART, as_of=new)
    credit_marts = session.seconds_alone(*CREDIT_MARTS, as_of=new)

    ratio = (f"credit_* / {USAGE_MART}", credit_marts / usage, CREDITS_GOAL)
    report = session.report(
        f"{customers:,} customers, {events:,} events", [ratio, *session.run_goals()]
    )
    return f"{report}\n\nAll marts equal a full refresh, row for row." if is_verified else report


def main() -> int:
    """Run the command; returns the exit code."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--customers", type=int, default=10_000, help="how many subscribe")
    parser.add_argument("--events", type=int, default=2_000_000, help="usage of the full run")
    parser.add_argument(
        "--verify", action="store_true", help="compare all marts with a full refresh"
    )
    arguments = parser.parse_args()
    if arguments.customers < 1 or arguments.events < NEW_SHARE:
        parser.error(f"there must be a customer, and {NEW_SHARE} events: 1 % of them is new later")
    try:
        session = Session(WORK)
        print(run_session(session, arguments.customers, arguments.events, arguments.verify))
    except StepFailed as failure:
        print(failure, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
