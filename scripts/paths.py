"""Where things live: the four places of the interface, from the environment or by default."""

import os
from dataclasses import dataclass
from pathlib import Path

PROJECT_ROOT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True)
class Paths:
    """The absolute places that a run reads and writes.

    Attributes:
        landing: folder of the user's files, `<source>/<entity>/**`.
        raw: raw zone, one Parquet file per landed file.
        warehouse: the DuckDB file that dbt builds.
        published: the DuckDB file that BI tools open.
    """

    landing: Path
    raw: Path
    warehouse: Path
    published: Path


def get_paths() -> Paths:
    """Read `COST_INSIGHTS_*` from the environment; a relative path starts at the project's root."""

    def place(variable: str, default: str) -> Path:
        return (PROJECT_ROOT / os.environ.get(variable, default)).resolve()

    return Paths(
        landing=place("COST_INSIGHTS_LANDING", "landing"),
        raw=place("COST_INSIGHTS_RAW", "raw"),
        warehouse=place("COST_INSIGHTS_WAREHOUSE", "warehouse/cost_insights.duckdb"),
        published=place("COST_INSIGHTS_PUBLISHED", "published/cost_insights.duckdb"),
    )
