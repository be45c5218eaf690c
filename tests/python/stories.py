"""Small stories as files with expected tables, and the ways in which they are told to a warehouse.

A story is a YAML file in `scenarios/<set>/`; all stories of a set share the dbt variables and one
landing folder, so that few builds prove many stories. Its fields:

* `about`: what it proves.
* `files`: steps in the order of arrival; each maps `<source>/<entity>` to lines, landed as they
  are. An entity that ends in `.json` or `.csv` is one whole file.
* `expected`: mart -> table of promised rows, all of them; only the columns of its header are
  compared. Numbers were worked out by hand. `null` is null, `any` is not compared. Of a mart that
  is filled with zeros, `<mart> where <column>` are the rows in which that column is not 0.
* `expected_after`: step -> the same, for the state after that many steps.
* `rejected`: reject reason -> count; absent: nothing is rejected; `any`: not compared.
* `rounded`: how many costs and quantities lost digits, in all its files; absent: not compared.
* `scope`: what the identifiers of the story's rows begin with; by default the story's name.
* `order_matters`: copies contradict each other, so that the order of landing decides.
* `is_repeatable`: false when a second copy is rightly a new event (it carries no id).
"""

import random
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import yaml

from warehouse import PROJECT_ROOT, SUMMARIES, Warehouse

SCENARIOS = Path(__file__).resolve().parent / "scenarios"
AS_OF = "2027-01-20T00:00:00Z"
# One day holds all loads: a missing timestamp (the load time) falls on it whatever the split.
LOAD_DAY = datetime(2027, 1, 15, tzinfo=UTC)
VARIABLES: dict[str, dict[str, str]] = {
    "utc": {"as_of": AS_OF},
    "kolkata": {
        "as_of": AS_OF,
        "reporting_timezone": "Asia/Kolkata",
        "reporting_currency": "inr",
    },
    # An `as_of` before the last activity cuts nothing of what the foundation holds.
    "los_angeles": {
        "as_of": "2026-10-15T00:00:00Z",
        "reporting_timezone": "America/Los_Angeles",
    },
    "kiritimati": {
        "as_of": AS_OF,
        "reporting_timezone": "Pacific/Kiritimati",
        "refund_dating": "order",
    },
}
# The worked examples are a set of their own, with the variables of `utc`, told at once only.
EXAMPLES = "examples"
SHUFFLE_SEED = 20270115
FALLBACK_EVENT_ID = re.compile(r"[0-9a-f]{64}:[0-9]+")

Rows = list[dict[str, Any]]


def variables_of(set_name: str) -> dict[str, str]:
    """Return the dbt variables of a set of stories, or of the worked examples."""
    return VARIABLES["utc" if set_name == EXAMPLES else set_name]


@dataclass(frozen=True)
class Story:
    """One story; the module says what the fields mean."""

    name: str
    files: list[dict[str, str]]
    expected: dict[str, str] = field(default_factory=dict)
    expected_after: dict[int, dict[str, str]] = field(default_factory=dict)
    rejected: dict[str, int] | str = field(default_factory=dict)
    rounded: int | None = None
    scope: list[str] = field(default_factory=list)
    order_matters: bool = False
    is_repeatable: bool = True
    about: str = ""

    def select(self, rows: Iterable[dict[str, Any]]) -> Rows:
        """Return the rows in which an identifier is the story's."""
        prefixes = tuple(self.scope or [f"{self.name}_"])

        def is_own(value: object) -> bool:
            if not isinstance(value, str):
                return False
            return value.startswith(prefixes) or value.removeprefix("external:").startswith(
                prefixes
            )

        return [row for row in rows if any(map(is_own, row.values()))]

    def is_own_file(self, row: dict[str, Any]) -> bool:
        """Whether a row is of a file of the story's."""
        return Path(row["source_file"]).name.startswith(f"{self.name}__")

    def count_rejected(self, rejected_rows: Rows) -> Counter[str]:
        """Count the story's rejected rows by reason."""
        return Counter(row["reject_reason"] for row in rejected_rows if self.is_own_file(row))


@dataclass(frozen=True)
class Telling:
    """What one way of telling a set of stories led to.

    Attributes:
        marts: name -> rows, at the end.
        after: step -> marts at that time.
        rebuilt: the marts after a full refresh of the same raw zone, if the way has one.
        repeated_counts: story -> lines that were landed again.
        landed_count: rows in the raw zone.
    """

    marts: dict[str, Rows]
    after: dict[int, dict[str, Rows]] = field(default_factory=dict)
    rebuilt: dict[str, Rows] | None = None
    repeated_counts: dict[str, int] = field(default_factory=dict)
    landed_count: int = 0


def load_stories(set_name: str) -> list[Story]:
    """Read the stories of one set, by name."""
    return [
        Story(name=path.stem, **yaml.safe_load(path.read_text(encoding="utf-8")))
        for path in sorted((SCENARIOS / set_name).glob("*.yml"))
    ]


def _file_name(story: Story, entity: str, step: object) -> str:
    folder, _, extension = entity.partition(".")
    return f"{folder}/{story.name}__{step}.{extension or 'ndjson'}"


def _step_files(stories: Iterable[Story], step: int) -> dict[str, bytes]:
    return {
        _file_name(story, entity, step): text.encode()
        for story in stories
        if step <= len(story.files)
        for entity, text in story.files[step - 1].items()
    }


def _count_steps(stories: Iterable[Story]) -> int:
    return max(len(story.files) for story in stories)


def _load_time(minute: int) -> datetime:
    return LOAD_DAY + timedelta(hours=12, minutes=minute)


def take_marts(warehouse: Warehouse) -> dict[str, Rows]:
    """Read all marts."""
    return {name: warehouse.table(name) for name in warehouse.mart_names()}


def count_landed(warehouse: Warehouse) -> int:
    """Count the rows of the raw zone."""
    import duckdb

    pattern = str(warehouse.raw / "*" / "*" / "*.parquet")
    with duckdb.connect() as connection:
        sql = "select count(*) from read_parquet(?, union_by_name = true)"
        return connection.execute(sql, [pattern]).fetchone()[0]


def tell_at_once(
    warehouse: Warehouse, stories: list[Story], variables: dict[str, str], *, tests: bool
) -> Telling:
    """Land every step in its order, then build once."""
    for step in range(1, _count_steps(stories) + 1):
        warehouse.land(_step_files(stories, step), _load_time(step))
    warehouse.build(variables, tests=tests)
    return Telling(take_marts(warehouse), landed_count=count_landed(warehouse))


def tell_shuffled(
    warehouse: Warehouse, stories: list[Story], variables: dict[str, str], *, run_count: int
) -> Telling:
    """Land the records of every story in a shuffled order over several runs.

    Stories in which the order decides keep theirs and are only cut. All runs but the first and the
    last are interrupted: a model fails, and whatever depends on it is not built in that run.
    """
    chooser = random.Random(SHUFFLE_SEED)
    runs: list[dict[str, bytes]] = [{} for _ in range(run_count)]
    for story in stories:
        records: list[tuple[str, str]] = []
        for step in story.files:
            for entity, text in step.items():
                if entity.endswith((".json", ".csv")):
                    records.append((entity, text))
                    continue
                records += [(entity, line) for line in text.splitlines()]
        if not story.order_matters:
            chooser.shuffle(records)
        cuts = sorted(chooser.randint(0, len(records)) for _ in range(run_count - 1))
        bounds = [0, *cuts, len(records)]
        for number, run in enumerate(runs):
            texts: dict[str, str] = defaultdict(str)
            for index in range(bounds[number], bounds[number + 1]):
                entity, text = records[index]
                if entity.endswith((".json", ".csv")):
                    run[_file_name(story, entity, f"whole{index}")] = text.encode()
                    continue
                texts[entity] += text + "\n"
            for entity, text in texts.items():
                run[_file_name(story, entity, f"part{number}")] = text.encode()
    models = sorted(path.stem for path in (PROJECT_ROOT / "models").rglob("*.sql"))
    for number, run in enumerate(runs):
        warehouse.land(run, _load_time(number))
        is_last = number == run_count - 1
        is_whole = number == 0 or is_last
        warehouse.build(
            variables,
            without=[] if is_whole else [chooser.choice(models)],
            summaries=is_last,
        )
    return Telling(take_marts(warehouse), landed_count=count_landed(warehouse))


def tell_one_by_one(
    warehouse: Warehouse, stories: list[Story], variables: dict[str, str], *, with_rebuild: bool
) -> Telling:
    """Build after every step, then land everything again, and at last rebuild from nothing.

    Without `with_rebuild` the rebuild is left out, and everything lands again with the last step.

    Landed again are the same bytes under another name (they are no new load) and one grown file per
    story and entity that holds all its records once more.
    """
    after = {}
    step_count = _count_steps(stories)
    for step in range(1, step_count + 1):
        warehouse.land(_step_files(stories, step), _load_time(step))
        if step < step_count or with_rebuild:
            looked_at = {mart for story in stories for mart in story.expected_after.get(step, {})}
            warehouse.build(variables, summaries=not looked_at.isdisjoint(SUMMARIES))
            after[step] = take_marts(warehouse)
    landed_count = count_landed(warehouse)
    warehouse.land(
        {
            name.replace("__1.", "__1_again."): content
            for name, content in _step_files(stories, 1).items()
        },
        _load_time(step_count + 1),
    )
    assert count_landed(warehouse) == landed_count, "the same bytes were loaded twice"
    grown: dict[str, bytes] = {}
    repeated_counts: dict[str, int] = {}
    for story in stories:
        if not story.is_repeatable:
            continue
        texts: dict[str, str] = defaultdict(str)
        for step_files in story.files:
            for entity, text in step_files.items():
                texts[entity] += text
        for entity, text in texts.items():
            # A file that is landed byte for byte already would not be a new load.
            grown[_file_name(story, entity, "grown")] = (text + "\n").encode()
        repeated_counts[story.name] = sum(len(text.splitlines()) for text in texts.values())
    warehouse.land(grown, _load_time(step_count + 2))
    warehouse.build(variables)
    marts = take_marts(warehouse)
    landed_count = count_landed(warehouse)
    rebuilt = None
    if with_rebuild:
        warehouse.build(variables, full_refresh=True)
        rebuilt = take_marts(warehouse)
    return Telling(marts, after, rebuilt, repeated_counts, landed_count)


class Tellings:
    """Tells each set of stories in each way at most once in a session.

    Args:
        warehouse: emptied before each telling.
        more_stories: set name -> stories that are not in files.
    """

    def __init__(self, warehouse: Warehouse, more_stories: dict[str, list[Story]]) -> None:
        self.warehouse = warehouse
        self.stories = {
            set_name: load_stories(set_name) + more_stories.get(set_name, [])
            for set_name in VARIABLES
        } | {EXAMPLES: more_stories.get(EXAMPLES, [])}
        self._told: dict[tuple[str, str], Telling | Exception] = {}

    def tell(self, set_name: str, way: str) -> Telling:
        """Tell a set, or return what was told before.

        Args:
            set_name: a key of `VARIABLES`, or `EXAMPLES`.
            way: `at_once`, `shuffled` or `one_by_one`.

        Raises:
            BuildError: dbt failed; every later call raises the same.
        """
        key = (set_name, way)
        if key not in self._told:
            try:
                self._told[key] = self._tell(set_name, way)
            except Exception as error:
                self._told[key] = error
        told = self._told[key]
        if isinstance(told, Exception):
            raise told
        return told

    def _tell(self, set_name: str, way: str) -> Telling:
        self.warehouse.reset()
        is_main = set_name == "utc"
        stories = self.stories[set_name]
        variables = variables_of(set_name)
        ways: dict[str, Callable[[], Telling]] = {
            "at_once": lambda: tell_at_once(self.warehouse, stories, variables, tests=is_main),
            "shuffled": lambda: tell_shuffled(
                self.warehouse, stories, variables, run_count=3 if is_main else 2
            ),
            "one_by_one": lambda: tell_one_by_one(
                self.warehouse, stories, variables, with_rebuild=is_main
            ),
        }
        return ways[way]()


# Comparing


def _plain(value: object) -> str:
    """Write a value so that equal numbers are equal texts."""
    if isinstance(value, Decimal):
        # A plain `normalize()` would round to 28 digits.
        text = f"{value:f}"
        text = text.rstrip("0").rstrip(".") if "." in text else text
        return "0" if text in ("-0", "") else text
    if isinstance(value, bool):
        return "true" if value else "false"
    return "null" if value is None else str(value)


def select_rows(marts: dict[str, Rows], place: str) -> Rows:
    """Return the rows of a mart, or of `<mart> where <column>` those in which it is not 0."""
    mart, _, column = place.partition(" where ")
    return [row for row in marts[mart] if not column or row[column] != 0]


def compare_table(expected: str, rows: Rows) -> list[str]:
    """Compare rows with an expected table.

    Args:
        expected: text with columns between `|` and the names in the first line.
        rows: all rows that the table must hold, in any order.

    Returns:
        Differences as lines `- missing row` and `+ unexpected row`; empty when equal.
    """
    header, *lines = (
        [cell.strip() for cell in line.split("|")]
        for line in expected.splitlines()
        if line.strip() and not line.startswith("#")
    )
    ignored = {
        (number, name)
        for number, line in enumerate(lines)
        for name, cell in zip(header, line, strict=True)
        if cell == "any"
    }
    if rows and (absent := [name for name in header if name not in rows[0]]):
        return [f"! no column {name}" for name in absent]
    # A column with `any` somewhere is compared in no row: which row is meant is not always clear.
    columns = [name for name in header if name not in {name for _, name in ignored}]
    wanted = Counter(
        " | ".join(cell for name, cell in zip(header, line, strict=True) if name in columns)
        for line in lines
    )
    found = Counter(" | ".join(_plain(row[name]) for name in columns) for row in rows)
    missing = [f"- {row}" for row in (wanted - found).elements()]
    return missing + [f"+ {row}" for row in (found - wanted).elements()]


def mask_load(rows: Rows) -> Counter[tuple]:
    """Return rows without what depends on how the records were split over loads.

    Load times (also those that stand in for a missing timestamp) and identifiers made of a load and
    a line differ between splits, as they must.
    """

    def mask(value: object) -> str:
        if isinstance(value, datetime) and value >= LOAD_DAY:
            return "LOADED"
        if isinstance(value, str):
            return FALLBACK_EVENT_ID.sub("LOADED", value)
        return _plain(value)

    return Counter(
        tuple(f"{name}={mask(value)}" for name, value in sorted(row.items())) for row in rows
    )
