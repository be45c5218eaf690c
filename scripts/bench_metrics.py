"""Measure the dashboard's metrics by day beside those by month: `make bench-metrics`.

    python scripts/bench_metrics.py [--subscriptions N]

Lands N monthly and yearly subscriptions of five years, a tenth of them in euro, with an order each,
and builds what the metrics are made of; then times `metrics_daily` beside `metrics_monthly`, each
alone and three times. All files are in `.bench/metrics/`.

Exit code 0 when everything ran, also when a goal was missed; 1 when a step failed; 2 for wrong
arguments.
"""

import argparse
import sys
from datetime import timedelta

from bench import StepFailed
from bench_session import Session
from paths import PROJECT_ROOT
from sample_data.benchmark_metrics import FIRST_DAY, FULL_DAYS, write_subscriptions
from sample_data.landing_writer import LandingWriter

WORK = PROJECT_ROOT / ".bench" / "metrics"
SEED = 1
DAILY_MART, MONTHLY_MART = "metrics_daily", "metrics_monthly"
DAILY_GOAL = 3.0
TURNS = 3


def run_session(session: Session, subscriptions: int) -> str:
    """Run all steps and return the report.

    Raises:
        StepFailed: a step failed.
    """
    print("making the sample", file=sys.stderr, flush=True)
    write_subscriptions(LandingWriter(session.work / "landing"), SEED, subscriptions)
    as_of = FIRST_DAY + timedelta(days=FULL_DAYS)
    session.land("land", "landing")
    session.dbt("dbt seed", "seed", as_of=as_of)
    session.dbt("dbt run", "run", "--select", f"+{DAILY_MART}", f"+{MONTHLY_MART}", as_of=as_of)
    # In turns, so that what else the machine does falls on both.
    turns = [
        [session.seconds_alone(mart, as_of=as_of) for mart in (DAILY_MART, MONTHLY_MART)]
        for _ in range(TURNS)
    ]
    daily, monthly = (min(seconds) for seconds in zip(*turns, strict=True))
    ratio = (
        f"{DAILY_MART} ({daily:.1f} s) / {MONTHLY_MART} ({monthly:.1f} s)",
        daily / monthly,
        DAILY_GOAL,
    )
    return session.report(f"{subscriptions:,} subscriptions", [ratio])


def main() -> int:
    """Run the command; returns the exit code."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--subscriptions", type=int, default=1_000_000, help="how many there are")
    arguments = parser.parse_args()
    if arguments.subscriptions < 1:
        parser.error("there must be a subscription")
    try:
        print(run_session(Session(WORK), arguments.subscriptions))
    except StepFailed as failure:
        print(failure, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
