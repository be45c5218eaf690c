"""What tests of changed definitions share: a project with seeds to edit, and states to compare."""

import csv
import json
import shutil
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from stories import Rows, take_marts

from warehouse import PROJECT_ROOT, Warehouse

PROJECT_PARTS = ("models", "macros", "seeds", "tests/dbt", "dbt_project.yml", "profiles.yml")


def copy_project(target: Path) -> Path:
    """Copy the dbt project, for tests that edit its seeds.

    Args:
        target: a folder that is not there yet.
    """
    for part in PROJECT_PARTS:
        source, place = PROJECT_ROOT / part, target / part
        place.parent.mkdir(parents=True, exist_ok=True)
        (shutil.copytree if source.is_dir() else shutil.copy)(source, place)
    return target


def write_seed(project: Path, name: str, definitions: list[dict[str, str]]) -> None:
    """Define what a seed holds; its columns are those of the first definition."""
    path = project / "seeds" / f"{name}.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(definitions[0]))
        writer.writeheader()
        writer.writerows(definitions)


def lines(records: Iterable[dict[str, Any]]) -> bytes:
    """Write records as the lines of a file."""
    return "".join(json.dumps(record) + "\n" for record in records).encode()


@dataclass(frozen=True)
class State:
    """The warehouse after a build.

    Attributes:
        marts: name -> rows.
        stored: event-grain table -> definition and content of each row, as they lie in the table:
            what a build deletes and inserts lies behind all that it left alone.
        blocks: event-grain table -> where the columns lie in the file; another place says that the
            table was written.
    """

    marts: dict[str, Rows]
    stored: dict[str, list[tuple[str, str]]]
    blocks: dict[str, Rows]


def take_state(warehouse: Warehouse, event_grain: Mapping[str, str]) -> State:
    """Read the warehouse.

    Args:
        warehouse: after a build.
        event_grain: table -> the column that names the definition.
    """
    return State(
        marts=take_marts(warehouse),
        stored={
            table: [
                (row[column], str(row))
                for row in warehouse.query(f"select * from {table} order by rowid")
            ]
            for table, column in event_grain.items()
        },
        blocks={
            table: warehouse.query(
                "select row_group_id, column_path, segment_id, block_id, block_offset"
                f" from pragma_storage_info('{table}')"
            )
            for table in event_grain
        },
    )


def find_changed_marts(before: dict[str, Rows], after: dict[str, Rows]) -> set[str]:
    """Return the marts that do not have the same rows, each as often."""
    assert before.keys() == after.keys()
    return {
        mart
        for mart, rows in before.items()
        if Counter(map(str, rows)) != Counter(map(str, after[mart]))
    }
