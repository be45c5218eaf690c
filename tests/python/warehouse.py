"""One throw-away warehouse: lands files, runs dbt in this process, hands out tables as plain rows.

The paths stay the same for a whole test session; `reset()` empties them between cases. dbt reads
the project once in it.
"""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
from oracle_values import LandedFile

PROJECT_ROOT = Path(__file__).resolve().parents[2]
# Nothing incremental reads these marts, and every build makes them from nothing.
SUMMARIES = {
    "mrr_movements_monthly",
    "lifetime_value_cohorts",
    *(
        path.stem
        for folder in ("metrics", "insights")
        for path in (PROJECT_ROOT / "models" / "marts" / folder).glob("*.sql")
    ),
}


# What definitions of meters and cost metrics decide, to select with all that leads to it.
METERED = (
    *(f"path:models/marts/{folder}" for folder in ("costs", "traces", "usage")),
    *("profit_monthly", "rejected_definitions", "rejected_values"),
)


# What dbt made of each project: reading it anew takes longer than a small build.
_MANIFESTS: dict[Path, Any] = {}


class BuildError(Exception):
    """dbt did not succeed; the message names what failed."""


@dataclass(frozen=True)
class RawRow:
    """Where one landed row is and when it was loaded.

    Attributes:
        source_file: as the loader wrote it.
        line_number: physical line.
        loaded_at: UTC with a zone.
    """

    source_file: str
    line_number: int
    loaded_at: datetime


def _leave_out_debug_events() -> None:
    """Stop dbt from composing the messages that nobody reads: a quarter of a small build's time."""
    from dbt_common.events.base_types import EventLevel
    from dbt_common.events.event_manager import EventManager

    if hasattr(EventManager, "fire_every_event"):
        return
    EventManager.fire_every_event = EventManager.fire_event

    def fire_event(self, event, level=None, **rest) -> None:
        if (level or event.level_tag()) != EventLevel.DEBUG:
            self.fire_every_event(event, level, **rest)

    EventManager.fire_event = fire_event


class Warehouse:
    """Landing folder, raw zone, warehouse and published file in one temporary folder.

    Args:
        root: an empty folder that this object owns.
        project: the dbt project, for tests that change a copy of it.
    """

    def __init__(self, root: Path, project: Path = PROJECT_ROOT) -> None:
        self.root = root
        self.project = project
        self.landing = root / "landing"
        self.raw = root / "raw"
        self.database = root / "warehouse" / "cost_insights.duckdb"
        self.published = root / "published" / "cost_insights.duckdb"
        self.environment = {
            "COST_INSIGHTS_LANDING": str(self.landing),
            "COST_INSIGHTS_RAW": str(self.raw),
            "COST_INSIGHTS_WAREHOUSE": str(self.database),
            "COST_INSIGHTS_PUBLISHED": str(self.published),
        }
        self._landed: dict[str, bytes] = {}
        self.reset()

    def reset(self) -> None:
        """Forget everything that was landed and built; what dbt parsed stays."""
        self.close()
        for folder in (self.landing, self.raw, self.database.parent, self.published.parent):
            shutil.rmtree(folder, ignore_errors=True)
        self.landing.mkdir(parents=True)
        self.database.parent.mkdir()
        self.published.parent.mkdir()
        self._landed = {}

    def run_script(self, name: str, *arguments: str) -> subprocess.CompletedProcess:
        """Run `scripts/<name>` with this warehouse's paths.

        Returns:
            The finished process with its text output.
        """
        return subprocess.run(
            [sys.executable, str(PROJECT_ROOT / "scripts" / name), *arguments],
            env={**os.environ, **self.environment},
            capture_output=True,
            text=True,
            check=False,
        )

    def land(self, files: Mapping[str, bytes], loaded_at: datetime) -> None:
        """Put files into the landing folder and load them.

        Args:
            files: `<source>/<entity>/<name>` -> content.
            loaded_at: load time of the first file; later ones follow a microsecond apart.

        Raises:
            RuntimeError: the loader failed.
        """
        for name, content in files.items():
            place = self.landing / name
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(content)
            self._landed[name] = content
        moment = loaded_at.astimezone(UTC).isoformat().replace("+00:00", "Z")
        finished = self.run_script("load_raw.py", "--loaded-at", moment, "--json")
        if finished.returncode:
            raise RuntimeError(f"load_raw.py: {finished.stdout}{finished.stderr}")

    def landed_files(self) -> list[LandedFile]:
        """Return each loaded file with its load time, for the oracle.

        The content is what the test wrote, not what the loader made of it.
        """
        pattern = str(self.raw / "*" / "*" / "*.parquet")
        with duckdb.connect() as connection:
            loads = connection.execute(
                "select distinct source_file, loaded_at, load_id from read_parquet(?)", [pattern]
            ).fetchall()
        files = []
        for source_file, loaded_at, load_id in loads:
            name = self._name_of(source_file)
            source, entity, _ = name.split("/", 2)
            moment = loaded_at if loaded_at.tzinfo else loaded_at.replace(tzinfo=UTC)
            files.append(
                LandedFile(
                    source, entity, name, moment.astimezone(UTC), self._landed[name], load_id
                )
            )
        return files

    def _name_of(self, source_file: str) -> str:
        """Return the name under which a test landed the file that the loader names."""
        matches = [name for name in self._landed if source_file.endswith(name)]
        if not matches:
            matches = [name for name in self._landed if name.endswith(source_file)]
        if len(matches) != 1:
            raise LookupError(f"{source_file}: {matches}")
        return matches[0]

    def dbt(self, *arguments: str, variables: Mapping[str, Any]) -> None:
        """Run one dbt command in this process.

        Args:
            arguments: the command and its own flags.
            variables: dbt variables, a fixed `as_of` among them.

        Raises:
            BuildError: with the names of what failed and dbt's messages.
        """
        from dbt.cli.main import dbtRunner

        _leave_out_debug_events()
        values = json.dumps(dict(variables), sort_keys=True, default=str)
        flags = [
            "--quiet",
            *("--project-dir", str(self.project), "--profiles-dir", str(self.project)),
            *("--target-path", str(self.root / "target")),
            # Writing the debug log takes a tenth of a small build; errors are raised.
            *("--log-path", str(self.root / "logs"), "--log-level-file", "none"),
            *("--vars", values),
        ]
        before = {name: os.environ.get(name) for name in self.environment}
        os.environ.update(self.environment)
        try:
            if self.project not in _MANIFESTS:
                _MANIFESTS[self.project] = dbtRunner().invoke(["parse", *flags]).result
            # No variable decides what a model is, only what it computes.
            manifest = _MANIFESTS[self.project].deepcopy()
            result = dbtRunner(manifest=manifest).invoke([*arguments, *flags])
        finally:
            self.close()
            for name, value in before.items():
                if value is None:
                    del os.environ[name]
                else:
                    os.environ[name] = value
        if result.success:
            return
        failed = [
            f"{item.node.unique_id}: {item.message}"
            for item in getattr(result.result, "results", [])
            if item.status in ("error", "fail")
        ]
        raise BuildError("\n".join(failed) or repr(result.exception))

    def build(
        self,
        variables: Mapping[str, Any],
        *,
        tests: bool = False,
        full_refresh: bool = False,
        marts: Iterable[str] = (),
        without: Iterable[str] = (),
        summaries: bool = True,
    ) -> None:
        """Build everything, or some marts; with `tests` also prove it, which takes twice as long.

        Unit tests are about code, not data: `make test` runs them once.

        Args:
            variables: dbt variables, a fixed `as_of` among them.
            tests: run data tests too.
            full_refresh: rebuild instead of adding.
            marts: selectors of the marts that are built with all that leads to them; none for all.
            without: models that are left out with all that depends on them, as if they had failed.
            summaries: build also what sums up the other marts, which a test of those can leave out.

        Raises:
            BuildError: a model, seed or test failed.
        """
        flags = ["--exclude-resource-type", "unit_test"]
        if full_refresh:
            flags.append("--full-refresh")
        if selected := [f"+{mart}" for mart in marts]:
            flags += ["--select", *selected]
        excluded = [f"{model}+" for model in without]
        if not summaries:
            excluded += sorted(SUMMARIES)
        if excluded:
            flags += ["--exclude", *excluded]
        if not tests:
            flags += ["--exclude-resource-type", "test", "--no-write-json"]
        self.dbt("build", *flags, variables=variables)

    @staticmethod
    def close() -> None:
        """Let go of the database file, which dbt-duckdb keeps open in this process."""
        if "dbt.adapters.duckdb.connections" in sys.modules:
            module = sys.modules["dbt.adapters.duckdb.connections"]
            module.DuckDBConnectionManager.close_all_connections()

    def query(self, sql: str, *, published: bool = False) -> list[dict[str, Any]]:
        """Return a query's rows as dictionaries: decimals exact, instants in UTC with a zone."""
        place = self.published if published else self.database
        with duckdb.connect(str(place), read_only=True) as connection:
            connection.execute("set TimeZone = 'UTC'")
            cursor = connection.execute(sql)
            names = [column[0] for column in cursor.description]
            rows = [dict(zip(names, values, strict=True)) for values in cursor.fetchall()]
        for row in rows:
            for name, value in row.items():
                if isinstance(value, datetime) and value.tzinfo is None:
                    row[name] = value.replace(tzinfo=UTC)
        return rows

    def table(self, name: str, *, published: bool = False) -> list[dict[str, Any]]:
        """Return all rows of a table, e.g. `costs_daily` (of the schema `marts`) or `staging.x`."""
        return self.query(
            f"select * from {name if '.' in name else f'marts.{name}'}", published=published
        )

    def mart_names(self) -> list[str]:
        """Return the names of all marts that exist, sorted."""
        rows = self.query(
            "select table_name from information_schema.tables"
            " where table_schema = 'marts' order by table_name"
        )
        return [row["table_name"] for row in rows]
