"""The worked examples of ingestion, through one real build."""

from decimal import Decimal

import pytest
from goldens_stories import golden_story_name, load_golden_cases
from stories import Tellings

CASES = load_golden_cases()


@pytest.mark.parametrize("case", CASES, ids=[case["id"] for case in CASES])
def test_golden(tellings: Tellings, case: dict) -> None:
    """Events are accepted, rejected and priced as the example says for this warehouse."""
    marts = tellings.tell("utc", "at_once").marts
    prefix = f"{golden_story_name(case)}__"
    [load] = [load for load in marts["loads"] if f"/{prefix}" in f"/{load['source_file']}"]
    reasons = [
        row["reject_reason"] for row in marts["rejected_rows"] if row["load_id"] == load["load_id"]
    ]
    assert {reason: reasons.count(reason) for reason in reasons} == case["here"]["rejected"]
    assert load["accepted_count"] == case["here"]["accepted"]
    costs = [
        row["cost_amount"]
        for row in marts["cost_events"]
        if row["event_id"].startswith(load["load_id"])
    ]
    amount = case["here"].get("cost_amount")
    assert costs == ([Decimal(amount)] if amount else [])
    refused = [
        row["reject_reason"]
        for row in marts["rejected_values"]
        if row["event_id"].startswith(load["load_id"])
    ]
    reason = case["here"].get("rejected_value")
    assert refused == ([reason] if reason else [])


def test_cases_that_do_not_apply_are_about_values() -> None:
    """What Polar refuses and this warehouse keeps is a bad value inside an event."""
    kept = {case["id"] for case in CASES if not case["applies"]}
    assert kept == {
        "ingest.cost_100000",
        "ingest.cost_bad_string",
        "ingest.cost_scalar",
        "ingest.llm_no_vendor",
        "ingest.metadata_empty_string",
        "ingest.metadata_list_value",
        "ingest.metadata_nul_char",
        "ingest.metadata_null_value",
        "ingest.metadata_string_501",
        "ingest.name_129",
    }
