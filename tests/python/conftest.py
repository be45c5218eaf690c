"""Fixtures that all Python tests share."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parent))

from generated_stories import load_generated_stories
from goldens_stories import load_golden_stories
from stories import Tellings

from warehouse import Warehouse


@pytest.fixture(scope="session")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Warehouse:
    """The one warehouse of the session: whoever uses it calls `reset()` first."""
    return Warehouse(tmp_path_factory.mktemp("cost_insights"))


@pytest.fixture(scope="session")
def tellings(warehouse: Warehouse) -> Tellings:
    """The stories, told when a test first asks."""
    more_stories = load_generated_stories()
    more_stories["utc"] = more_stories.get("utc", []) + load_golden_stories()
    return Tellings(warehouse, more_stories)
