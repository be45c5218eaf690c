"""The worked examples as stories: one file per arrival, one line per event.

Every example gets names of its own, because all stories of a set share one warehouse, and because
two examples with the same event and nothing else would be the same bytes, hence one load.
"""

import json
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from oracle import Oracle
from oracle_values import LandedFile, Settings
from stories import LOAD_DAY, Story

GOLDENS = Path(__file__).resolve().parent / "goldens"
# When events of examples without times are.
INSTANT = "2026-12-01T12:00:00Z"

Case = dict[str, Any]


def load_cases(name: str, part: str = "cases") -> list[Any]:
    """Read the examples of one file, or another part of it."""
    return json.loads((GOLDENS / f"{name}.json").read_text(encoding="utf-8"))[part]


def load_golden_cases() -> list[Case]:
    """Read the examples of ingestion; the file's `about` says what their fields mean."""
    return load_cases("polar_ingestion")


def load_trace_cases() -> list[Case]:
    """Read the examples of traces and their statistics."""
    return load_cases("polar_traces")


def load_feature_cost_cases() -> list[Case]:
    """Read the examples of unit costs."""
    return load_cases("openmeter_feature_cost")


def golden_story_name(case: Case) -> str:
    """Return the story's name: it begins the names of the story's files."""
    return case["id"].replace(".", "_").replace("-", "_")


def named_apart(case: Case, name: str) -> str:
    """Return the name that something of an example has in its story."""
    return f"{golden_story_name(case)}_{name}"


def load_golden_stories() -> list[Story]:
    """Return all examples as stories; the `test_goldens_*.py` know what they end in."""
    return [
        *map(_ingestion_story, load_golden_cases()),
        *map(trace_story, load_trace_cases()),
        *map(feature_cost_story, load_feature_cost_cases()),
    ]


def lines(records: Iterable[dict]) -> str:
    """Write records as the lines of a file."""
    return "".join(json.dumps(record) + "\n" for record in records)


def _ingestion_story(case: Case) -> Story:
    events = [{**event, "external_customer_id": named_apart(case, "c")} for event in case["events"]]
    return Story(
        name=golden_story_name(case),
        files=[{"polar/events": lines(events)}],
        order_matters=True,
        is_repeatable=False,
    )


def trace_story(case: Case) -> Story:
    """Tell an example of traces with Polar events, whose `parent_id` names the parent."""
    if "batches" in case:
        batches = [[_event_in_chain(case, event) for event in batch] for batch in case["batches"]]
    else:
        batches = [[_event_with_cost(case, event) for event in case["events"]]]
    return Story(
        name=golden_story_name(case), files=[{"polar/events": lines(batch)} for batch in batches]
    )


def _event_in_chain(case: Case, event: dict) -> dict:
    """Make up what an example of parents leaves out: name, time, customer and a cost of a cent."""
    record = {
        "external_id": named_apart(case, event["external_id"]),
        "name": named_apart(case, "step"),
        "timestamp": INSTANT,
        "customer_id": named_apart(case, "c"),
        "metadata": {"_cost": {"amount": 1, "currency": "usd"}},
    }
    if "id" in event:
        record["id"] = named_apart(case, event["id"])
    if event["parent"] is not None:
        record["parent_id"] = named_apart(case, event["parent"])
    return record


def _event_with_cost(case: Case, event: dict) -> dict:
    record = {name: event[name] for name in ("timestamp", "source", "metadata")}
    for name in ("id", "name", "customer_id", "external_customer_id", "parent_id"):
        if event[name] is not None:
            record[name] = named_apart(case, event[name])
    return record


def feature_cost_story(case: Case) -> Story:
    """Tell an example of unit costs with Paygentic events, each token type an event type."""
    events = [
        {
            "type": named_apart(case, row["token_type"]),
            "timestamp": INSTANT,
            "externalSubject": named_apart(case, row["subject"]),
            "idempotencyKey": named_apart(case, f"key_{number}"),
            "data": {"usage": row["usage"]},
        }
        for number, row in enumerate(case["meter_rows"])
    ]
    metrics = [
        {
            "id": named_apart(case, token_type),
            "name": token_type,
            "eventType": named_apart(case, token_type),
            "valueProperty": "$.usage",
            "aggregation": "sum",
            "currency": "usd",
            "unitCost": float(price),
        }
        for token_type, price in case["unit_prices_usd"].items()
    ]
    files = {"paygentic/events": lines(events)}
    if metrics:
        files["paygentic/cost_metrics"] = lines(metrics)
    return Story(name=golden_story_name(case), files=[files])


def ask_oracle(story: Story, **settings: Any) -> Oracle:
    """Let the oracle judge a story, whose files land in their order."""
    files = []
    for step in story.files:
        for entity, text in step.items():
            moment = LOAD_DAY + timedelta(microseconds=len(files))
            source, name = entity.split("/")
            files.append(LandedFile(source, name, f"{entity}:{len(files)}", moment, text.encode()))
    return Oracle(files, Settings(as_of=datetime(2027, 1, 20, tzinfo=UTC), **settings))
