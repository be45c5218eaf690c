"""The worked examples of ingestion, as stories: one file per example, one line per event."""

import json
from pathlib import Path
from typing import Any

from stories import Story

GOLDENS = Path(__file__).resolve().parent / "goldens" / "polar_ingestion.json"


def load_golden_cases() -> list[dict[str, Any]]:
    """Read the copied examples; the file's `about` says what their fields mean."""
    return json.loads(GOLDENS.read_text(encoding="utf-8"))["cases"]


def golden_story_name(case: dict[str, Any]) -> str:
    """Return the story's name: it begins the names of the story's files."""
    return case["id"].replace(".", "_")


def load_golden_stories() -> list[Story]:
    """Return the examples as stories; `test_goldens_ingestion.py` knows what they end in."""
    return [
        Story(
            name=golden_story_name(case),
            files=[
                {"polar/events": "".join(json.dumps(event) + "\n" for event in _name_apart(case))}
            ],
            order_matters=True,
            is_repeatable=False,
        )
        for case in load_golden_cases()
    ]


def _name_apart(case: dict[str, Any]) -> list[dict[str, Any]]:
    """Give the customer of each example its own name.

    Two examples with the same event and nothing else would be the same bytes, hence one load.
    """
    return [
        {**event, "external_customer_id": f"{golden_story_name(case)}_c"}
        for event in case["events"]
    ]
