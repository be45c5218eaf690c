"""Fixtures that all Python tests share."""

import gc
import sys
from collections import defaultdict
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parent))

from generated_stories import load_generated_stories
from goldens_meters import load_meter_stories
from goldens_stories import load_golden_stories
from stories import EXAMPLES, Story, Tellings

from warehouse import Warehouse

# Its assertions are those of tests.
pytest.register_assert_rewrite("goldens_meter_checks")

# dbt makes millions of objects that all live long: looking for garbage is a tenth of its time.
gc.set_threshold(100_000, 50, 50)

# The longest first, so that no process is left with one of them at the end.
LONGEST = ["test_scenarios", "test_partial_runs", "test_definition_changes", "test_properties"]
LONGEST += ["test_metrics", "test_credits", "test_run", "test_goldens"]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the modules in order; each is run by one process, because its tests share builds."""
    order = list(dict.fromkeys([*LONGEST, *(item.path.stem for item in items)]))
    items.sort(key=lambda item: order.index(item.path.stem))


@pytest.fixture(scope="session")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Warehouse:
    """The one warehouse of the session: whoever uses it calls `reset()` first."""
    return Warehouse(tmp_path_factory.mktemp("cost_insights"))


@pytest.fixture(scope="session")
def tellings(warehouse: Warehouse) -> Tellings:
    """The stories, told when a test first asks."""
    more_stories: dict[str, list[Story]] = defaultdict(list)
    for stories in (
        load_generated_stories(),
        {EXAMPLES: load_golden_stories()},
        load_meter_stories(),
    ):
        for set_name, told in stories.items():
            more_stories[set_name] += told
    return Tellings(warehouse, more_stories)
