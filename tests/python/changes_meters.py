"""Meters as they begin, as they are changed in every way there is, and what they must then count.

The events of meters have a name and keys of their own, so that no cost metric reads them.
"""

import json
from typing import Any

from changes import lines

EVENT_NAME = "use"
MADE, FIRST_CHANGE, LAST_CHANGE = (f"2026-0{month}-01T00:00:00Z" for month in (1, 6, 7))
# The third of the month is over.
ARCHIVED = "2026-12-02T12:00:00Z"


def _filter(*clauses: tuple[str, str, Any]) -> dict[str, Any]:
    names = ("property", "operator", "value")
    every = [("name", "eq", EVENT_NAME), *clauses]
    return {
        "conjunction": "and",
        "clauses": [dict(zip(names, clause, strict=True)) for clause in every],
    }


SEED_FIELDS = {
    "meter_id": "",
    "meter_name": "A name",
    "filter_json": json.dumps(_filter()),
    "aggregation": "sum",
    "value_path": "$.v",
    "group_by_json": '{"tag": "$.tag"}',
}
POLAR_FIELDS = {
    "name": "A name",
    "created_at": MADE,
    "filter": _filter(),
    "aggregation": {"func": "sum", "property": "v"},
}
OPENMETER_FIELDS = {
    "name": "A name",
    "createdAt": MADE,
    "eventType": EVENT_NAME,
    "aggregation": "SUM",
    "valueProperty": "$.v",
    "groupBy": {"tag": "$.tag"},
}
Versions = dict[str, tuple[dict[str, Any] | None, dict[str, Any] | None]]
# Meter -> what is not as above at first, and after the change; none: there is no such meter.
SEEDED: Versions = {
    "seed_kept": ({}, {}),
    "seed_property": ({"value_path": "metadata.v"},) * 2,
    "seed_renamed": ({}, {"meter_name": "Another name"}),
    "seed_filter": ({}, {"filter_json": json.dumps(_filter(("v", "gte", 2)))}),
    "seed_aggregation": ({}, {"aggregation": "max"}),
    "seed_path": ({}, {"value_path": "$.w"}),
    "seed_group_by": ({}, {"group_by_json": '{"tag2": "$.tag2"}'}),
    "seed_removed": ({}, None),
    "seed_new": (None, {"value_path": "$.w"}),
    "seed_broken": ({}, {"filter_json": '{"conjunction": "and"'}),
    "seed_mended": ({"aggregation": "median"}, {}),
    "seed_shadows": (None, {"value_path": "$.w"}),
}
# In the changed seed this meter is there twice.
SEEDED_TWICE = "seed_twice"
# And one has no id, so that it is known by its name.
SEEDED_WITHOUT_ID = "No id"
POLAR: Versions = {
    "polar_kept": ({}, {}),
    "polar_renamed": ({}, {"name": "Another name"}),
    "polar_filter": ({}, {"filter": _filter(("v", "gte", 2))}),
    "polar_aggregation": ({}, {"aggregation": {"func": "count"}}),
    "polar_path": ({}, {"aggregation": {"func": "sum", "property": "w"}}),
    "polar_archived": ({}, {"archived_at": ARCHIVED}),
    "polar_taken_back": ({"archived_at": ARCHIVED}, {}),
    "polar_broken": ({}, {"filter": _filter(("v", "above", 2))}),
    "polar_mended": ({"aggregation": {"func": "median", "property": "v"}}, {}),
    "polar_new": (None, {"aggregation": {"func": "sum", "property": "w"}}),
    "seed_shadows": ({}, {}),
}
OPENMETER: Versions = {
    "openmeter_kept": ({}, {}),
    "openmeter_type": ({}, {"eventType": "other use"}),
    "openmeter_path": ({}, {"valueProperty": "$['w']"}),
    "openmeter_group_by": ({}, {"groupBy": {}}),
    "openmeter_archived": ({}, {"deletedAt": ARCHIVED}),
    "openmeter_new": (None, {"valueProperty": "$.w"}),
}
LANDED = POLAR.keys() | OPENMETER.keys()

# v is a power of two, w ten times v; all in December.
EVENTS = [
    ("use_1", "2026-12-01", EVENT_NAME, {"v": 1, "w": 10, "tag": "p", "tag2": "q"}),
    ("use_2", "2026-12-02", EVENT_NAME, {"v": 2, "w": 20, "tag": "p"}),
    ("use_3", "2026-12-02", "other use", {"v": 4, "w": 40}),
    ("use_4", "2026-12-03", EVENT_NAME, {"v": 16}),
]
PAYGENTIC_DATA = {"v": 8, "w": 80, "tag": "r", "tag2": "s"}
OPENMETER_EVENTS = [
    ("1", "2026-12-01", EVENT_NAME, {"v": "64", "w": 640, "tag": "p"}),
    ("2", "2026-12-03", EVENT_NAME, {"v": 128}),
    ("3", "2026-12-03", "other use", {"v": 256, "w": 2560}),
]
LATE_EVENTS = [("use_5", "2026-12-02", EVENT_NAME, {"v": 32, "w": 320, "tag": "p"})]

# Of `use`: Polar's 1 + 2 + 16 = 19 and w 30, OpenMeter's 64 + 128 = 192 and w 640; a seeded meter
# sees both and Paygentic's 8. It takes no text for a number: 19 + 8 + 128 = 155, w 30 + 80 + 640.
FIRST_TOTALS = {
    **dict.fromkeys((*SEEDED, SEEDED_TWICE), 155),
    **dict.fromkeys(POLAR, 19),
    **dict.fromkeys(OPENMETER, 192),
    "seed_new": None,
    "seed_mended": None,
    "polar_mended": None,
    "polar_new": None,
    "openmeter_new": None,
    # The third is after the end.
    "polar_taken_back": 3,
}
CHANGED_TOTALS = {
    **FIRST_TOTALS,
    # Without 1.
    "seed_filter": 154,
    "seed_aggregation": 128,
    "seed_path": 750,
    "seed_removed": None,
    "seed_new": 750,
    "seed_broken": None,
    "seed_mended": 155,
    SEEDED_TWICE: None,
    "seed_shadows": 750,
    "polar_filter": 18,
    "polar_aggregation": 3,
    "polar_path": 30,
    "polar_archived": 3,
    "polar_taken_back": 19,
    "polar_broken": None,
    "polar_mended": 19,
    "polar_new": 30,
    "openmeter_type": 256,
    "openmeter_path": 640,
    "openmeter_archived": 64,
    "openmeter_new": 640,
}
# As at first, with 32 more of Polar's on the second; what landed once cannot be taken back.
LAST_TOTALS = {
    **{
        meter_id: total and total + 32 * (not meter_id.startswith("openmeter"))
        for meter_id, total in FIRST_TOTALS.items()
    },
    "polar_new": 350,
    "openmeter_new": 640,
}
ROUNDS = {"first": FIRST_TOTALS, "changed": CHANGED_TOTALS, "last": LAST_TOTALS}
KEPT = ["seed_kept", "seed_property", "seed_renamed", "polar_kept", "polar_renamed"]
KEPT += ["openmeter_kept"]
EVENT_GRAIN = {
    "intermediate.int_meter_events_matched": "meter_id",
    "marts.meter_events": "meter_id",
}


def seed_definitions(version: int) -> list[dict[str, str]]:
    """Return the seeded meters as they are at first (0) or after the change (1)."""
    definitions = [
        {**SEED_FIELDS, "meter_id": meter_id, **versions[version]}
        for meter_id, versions in SEEDED.items()
        if versions[version] is not None
    ]
    twice = {**SEED_FIELDS, "meter_id": SEEDED_TWICE}
    if version == 0:
        return [*definitions, twice]
    nameless = {**SEED_FIELDS, "meter_name": SEEDED_WITHOUT_ID}
    return [*definitions, twice, {**twice, "value_path": "$.w"}, nameless]


def definition_files(version: int, changed_at: str | None, name: str) -> dict[str, bytes]:
    """Return the landed meters as they are at first or after the change, and since when."""
    polar = [
        {"id": meter_id, **POLAR_FIELDS, "modified_at": changed_at, **versions[version]}
        for meter_id, versions in POLAR.items()
        if versions[version] is not None
    ]
    openmeter = [
        {"slug": meter_id, **OPENMETER_FIELDS, "updatedAt": changed_at, **versions[version]}
        for meter_id, versions in OPENMETER.items()
        if versions[version] is not None
    ]
    return {
        f"polar/meters/{name}.ndjson": lines(polar),
        f"openmeter/meters/{name}.ndjson": lines(openmeter),
    }


def openmeter_records() -> list[dict[str, Any]]:
    """Return OpenMeter's events as records."""
    return [
        {
            "id": event_id,
            "source": "changes",
            "type": event_type,
            "subject": "a",
            "time": f"{day}T10:00:00Z",
            "data": data,
        }
        for event_id, day, event_type, data in OPENMETER_EVENTS
    ]
