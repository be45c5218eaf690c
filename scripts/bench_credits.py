"""Measure credits beside usage, in one session: `make bench-credits`.

    python scripts/bench_credits.py [--customers N] [--events N] [--verify]

Lands two years of monthly subscriptions of N customers with three meters each and their usage,
builds from nothing, with nothing new, and with 1 % new while the clock goes on; then times the
`credit_*` marts beside `meter_usage_daily`, each alone. All files are in `.bench/credits/`.

Exit code 0 when everything ran, also when a goal was missed; 1 when a step failed or a mart differs
from its full refresh; 2 for wrong arguments.
"""

import argparse
import json
import os
import shutil
import sys
from datetime import timedelta
from pathlib import Path

from bench import (
    MEMORY_LIMIT,
    NEW_SHARE,
    NEW_SHARE_OF_FULL,
    NOTHING_NEW_GOAL,
    THREADS,
    Cost,
    StepFailed,
    aligned,
    differing_rows_apart,
    measure,
    table_names,
    write_empty_project,
)
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


class Session:
    """One session: its folder and the cost of each step.

    Args:
        customers: how many customers subscribe.
        events: how many events of usage the full run has.
    """

    def __init__(self, customers: int, events: int) -> None:
        self.customers = customers
        self.events = events
        self.costs: dict[str, Cost] = {}

    def make_landing(self) -> None:
        """Write the files of the full run, and those of what is new."""
        shutil.rmtree(WORK, ignore_errors=True)
        print("making the sample", file=sys.stderr, flush=True)
        new_events = self.events // NEW_SHARE
        full, new = LandingWriter(WORK / "landing"), LandingWriter(WORK / "landing_new")
        write_credit_catalogue(full, SEED, self.customers)
        for writer, first, count in ((full, 0, self.events), (new, self.events, new_events)):
            write_credit_usage(
                writer,
                SEED,
                customer_count=self.customers,
                first_event=first,
                event_count=count,
                is_new=writer is new,
            )

    def land(self, name: str, folder: str) -> None:
        """Measure landing a folder."""
        script = str(PROJECT_ROOT / "scripts" / "load_raw.py")
        self._measure(name, [sys.executable, script, "--landing", str(WORK / folder)])

    def dbt(
        self, name: str, *arguments: str, days: int, warehouse: str = "cost_insights.duckdb"
    ) -> None:
        """Measure a dbt command, the clock being so many days after the first one."""
        as_of = (FIRST_DAY + timedelta(days=days)).strftime("%Y-%m-%d")
        project = str(PROJECT_ROOT)
        places = ["--project-dir", project, "--profiles-dir", project]
        places += ["--target-path", str(WORK / "target"), "--log-path", str(WORK / "logs")]
        variables = ["--vars", json.dumps({"as_of": as_of})]
        self._measure(name, [_dbt(), *arguments, *places, *variables], warehouse)

    def empty_models(self) -> int:
        """Measure a run of as many empty models; returns their number."""
        folder = WORK / "empty_project"
        count = write_empty_project(folder, WORK / "target" / "manifest.json")
        for name in ("empty models, first run", "empty models"):
            environment = {**os.environ, "DBT_PROFILES_DIR": str(folder)}
            log = WORK / "logs" / "empty.log"
            self.costs[name] = measure(name, [_dbt(), "run"], environment, log, folder)
        return count

    def seconds_alone(self, *models: str) -> float:
        """Build models from nothing, one at a time, and return their seconds, without dbt's own."""
        arguments = ("run", "--full-refresh", "--threads", "1", "--select", *models)
        self.dbt(f"alone: {' '.join(models)}", *arguments, days=FULL_DAYS + NEW_DAYS)
        results = json.loads((WORK / "target" / "run_results.json").read_text())["results"]
        return sum(result["execution_time"] for result in results)

    def verify(self) -> None:
        """Compare all marts with a full refresh.

        Raises:
            StepFailed: a mart differs.
        """
        places = {"days": FULL_DAYS + NEW_DAYS, "warehouse": "verify.duckdb"}
        self.dbt("dbt seed, to verify", "seed", **places)
        self.dbt("dbt run, to verify", "run", **places)
        first, second = WORK / "cost_insights.duckdb", WORK / "verify.duckdb"
        for mart in table_names(second, "marts"):
            if rows := differing_rows_apart(first, "marts", second, "marts", mart):
                raise StepFailed(f"{mart} and its full refresh differ in {rows:,} rows.")

    def _measure(
        self, name: str, command: list[str], warehouse: str = "cost_insights.duckdb"
    ) -> None:
        environment = {
            **os.environ,
            "COST_INSIGHTS_RAW": str(WORK / "raw"),
            "COST_INSIGHTS_WAREHOUSE": str(WORK / warehouse),
            "COST_INSIGHTS_MEMORY_LIMIT": MEMORY_LIMIT,
            "DO_NOT_TRACK": "1",
        }
        log = WORK / "logs" / f"{''.join(filter(str.isalnum, name))}.log"
        cost = measure(name, command, environment, log, PROJECT_ROOT)
        self.costs[name] = cost
        print(f"{name}: {cost.wall:.1f} s, CPU {cost.cpu:.1f} s", file=sys.stderr, flush=True)


def run_session(session: Session, is_verified: bool) -> str:
    """Run all steps and return the report.

    Raises:
        StepFailed: a step failed, or a mart differs from its full refresh.
    """
    session.make_landing()
    session.land("land", "landing")
    session.dbt("dbt seed", "seed", days=FULL_DAYS)
    session.dbt("dbt run", "run", days=FULL_DAYS)
    session.dbt("dbt run, nothing new", "run", days=FULL_DAYS)
    model_count = session.empty_models()
    session.land("land 1 % new", "landing_new")
    session.dbt("dbt run, 1 % new", "run", days=FULL_DAYS + NEW_DAYS)
    if is_verified:
        session.verify()
    usage = session.seconds_alone(USAGE_MART)
    credit_marts = session.seconds_alone(*CREDIT_MARTS)

    costs = session.costs
    idle = costs["dbt run, nothing new"]
    full = costs["land"].wall + costs["dbt run"].wall
    new = costs["land 1 % new"].wall + costs["dbt run, 1 % new"].wall
    goals = [
        (f"credit_* / {USAGE_MART}", credit_marts / usage, CREDITS_GOAL),
        (
            f"nothing new / {model_count} empty models",
            idle.wall / costs["empty models"].wall,
            NOTHING_NEW_GOAL,
        ),
        ("1 % new / (10 % of full + nothing new)", new / (full * NEW_SHARE_OF_FULL + idle.wall), 1),
    ]
    steps = [
        (name, f"{cost.wall:.1f}", f"{cost.cpu:.1f}", f"{cost.memory:.2f}")
        for name, cost in costs.items()
    ]
    rows = [
        (name, f"{ratio:.2f}", f"{limit:.2f}", "pass" if ratio <= limit else "MISS")
        for name, ratio, limit in goals
    ]
    parts = [
        f"{session.customers:,} customers, {session.events:,} events, {THREADS} threads,"
        f" memory limit {MEMORY_LIMIT}",
        aligned([("step", "wall s", "CPU s", "memory GB"), *steps]),
        aligned([("goal", "wall", "at most", ""), *rows]),
    ]
    if is_verified:
        parts.append("All marts equal a full refresh, row for row.")
    return "\n\n".join(parts)


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
        print(run_session(Session(arguments.customers, arguments.events), arguments.verify))
    except StepFailed as failure:
        print(failure, file=sys.stderr)
        return 1
    return 0


def _dbt() -> str:
    return str(Path(sys.executable).parent / "dbt")


if __name__ == "__main__":
    sys.exit(main())
