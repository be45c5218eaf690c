"""One session of measuring builds of made-up files, as `bench_credits.py` does."""

import json
import os
import shutil
import sys
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

from bench import (
    MEMORY_LIMIT,
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

WAREHOUSE, VERIFYING_WAREHOUSE = "cost_insights.duckdb", "verify.duckdb"


class Session:
    """What each step took, in the order in which they ran.

    Args:
        work: a folder of its own, which is emptied first.
    """

    def __init__(self, work: Path) -> None:
        shutil.rmtree(work, ignore_errors=True)
        self.work = work
        self.costs: dict[str, Cost] = {}
        self.model_count = 0
        self._clock: datetime | None = None

    def land(self, name: str, folder: str) -> None:
        """Measure landing a folder of the session."""
        script = str(PROJECT_ROOT / "scripts" / "load_raw.py")
        self._measure(name, [sys.executable, script, "--landing", str(self.work / folder)])

    def dbt(
        self, name: str, *arguments: str, as_of: datetime, warehouse: str = WAREHOUSE
    ) -> dict[str, float]:
        """Measure a dbt command at a clock; returns the seconds of each model.

        A project is read anew when a variable is another, which no run does whose clock is today's:
        that is not measured.
        """
        project = str(PROJECT_ROOT)
        target = self.work / "target"
        places = ["--project-dir", project, "--profiles-dir", project]
        places += ["--target-path", str(target), "--log-path", str(self.work / "logs")]
        variables = ["--vars", json.dumps({"as_of": as_of.strftime("%Y-%m-%d")})]
        if as_of != self._clock:
            self._run("reading the project", [_dbt(), "parse", *places, *variables], warehouse)
            self._clock = as_of
        self._measure(name, [_dbt(), *arguments, *places, *variables], warehouse)
        results = json.loads((target / "run_results.json").read_text())["results"]
        return {
            result["unique_id"].rsplit(".", 1)[-1]: result["execution_time"] for result in results
        }

    def empty_models(self) -> None:
        """Measure a run of as many empty models as the last command could have built."""
        folder = self.work / "empty_project"
        self.model_count = write_empty_project(folder, self.work / "target" / "manifest.json")
        for name in ("empty models, first run", "empty models"):
            environment = {**os.environ, "DBT_PROFILES_DIR": str(folder)}
            log = self.work / "logs" / "empty.log"
            self.costs[name] = measure(name, [_dbt(), "run"], environment, log, folder)

    def seconds_alone(self, *models: str, as_of: datetime) -> float:
        """Build models from nothing, one at a time, and return their seconds, without dbt's own."""
        arguments = ("run", "--full-refresh", "--threads", "1", "--select", *models)
        return sum(self.dbt(f"alone: {' '.join(models)}", *arguments, as_of=as_of).values())

    def verify(self, as_of: datetime) -> None:
        """Compare all marts with a full refresh.

        Raises:
            StepFailed: a mart differs.
        """
        for command in ("seed", "run"):
            name = f"dbt {command}, to verify"
            self.dbt(name, command, as_of=as_of, warehouse=VERIFYING_WAREHOUSE)
        first, second = self.work / WAREHOUSE, self.work / VERIFYING_WAREHOUSE
        for mart in table_names(second, "marts"):
            if rows := differing_rows_apart(first, "marts", second, "marts", mart):
                raise StepFailed(f"{mart} and its full refresh differ in {rows:,} rows.")

    def run_goals(self) -> list[tuple[str, float, float]]:
        """Return what holds of runs with nothing new and with 1 % new: name, ratio, at most."""
        costs = self.costs
        idle = costs["dbt run, nothing new"].wall
        full = costs["land"].wall + costs["dbt run"].wall
        new = costs["land 1 % new"].wall + costs["dbt run, 1 % new"].wall
        return [
            (
                f"nothing new / {self.model_count} empty models",
                idle / costs["empty models"].wall,
                NOTHING_NEW_GOAL,
            ),
            (
                "1 % new / (10 % of full + nothing new)",
                new / (full * NEW_SHARE_OF_FULL + idle),
                1,
            ),
        ]

    def report(self, title: str, goals: Iterable[tuple[str, float, float]]) -> str:
        """Return the title, what each step took, and each goal with its verdict."""
        steps = [
            (name, f"{cost.wall:.1f}", f"{cost.cpu:.1f}", f"{cost.memory:.2f}")
            for name, cost in self.costs.items()
        ]
        rows = [
            (name, f"{ratio:.2f}", f"{limit:.2f}", "pass" if ratio <= limit else "MISS")
            for name, ratio, limit in goals
        ]
        return "\n\n".join(
            [
                f"{title}, {THREADS} threads, memory limit {MEMORY_LIMIT}",
                aligned([("step", "wall s", "CPU s", "memory GB"), *steps]),
                aligned([("goal", "wall", "at most", ""), *rows]),
            ]
        )

    def _measure(self, name: str, command: list[str], warehouse: str = WAREHOUSE) -> None:
        cost = self._run(name, command, warehouse)
        self.costs[name] = cost
        print(f"{name}: {cost.wall:.1f} s, CPU {cost.cpu:.1f} s", file=sys.stderr, flush=True)

    def _run(self, name: str, command: list[str], warehouse: str) -> Cost:
        environment = {
            **os.environ,
            "COST_INSIGHTS_RAW": str(self.work / "raw"),
            "COST_INSIGHTS_WAREHOUSE": str(self.work / warehouse),
            "COST_INSIGHTS_MEMORY_LIMIT": MEMORY_LIMIT,
            "DO_NOT_TRACK": "1",
        }
        log = self.work / "logs" / f"{''.join(filter(str.isalnum, name))}.log"
        return measure(name, command, environment, log, PROJECT_ROOT)


def _dbt() -> str:
    return str(Path(sys.executable).parent / "dbt")
