"""Every story ends in its expected tables, however its records arrive.

The main set of stories is told three ways: all at once (with every data test); in a shuffled order
over several runs; step by step with a run after each, then everything once more. The sets of other
time zones are told step by step. Load times are pinned to one day.
"""

import pytest
from generated_stories import load_generated_stories
from goldens_meters import load_meter_stories
from stories import VARIABLES, Tellings, compare_table, load_stories, mask_load, select_rows

WAYS = {
    set_name: ("at_once", "shuffled", "one_by_one") if set_name == "utc" else ("one_by_one",)
    for set_name in VARIABLES
}
TOLD = [(set_name, way) for set_name in VARIABLES for way in WAYS[set_name]]
GENERATED = load_generated_stories()
# Most of them are checked in `test_goldens.py`, which tells one set of stories alone.
EXAMPLES = load_meter_stories()
CASES = [
    (set_name, story, way)
    for set_name, way in TOLD
    for story in [
        *load_stories(set_name),
        *GENERATED.get(set_name, []),
        *(story for story in EXAMPLES.get(set_name, []) if story.expected),
    ]
]
# Says which file a row is from, which is what the ways differ in; counted by story instead.
MARTS_OF_FILES = {"loads", "rejected_rows"}


@pytest.mark.parametrize(
    ("set_name", "story", "way"),
    CASES,
    ids=[f"{set_name}-{way}-{story.name}" for set_name, story, way in CASES],
)
def test_story_ends_as_expected(tellings: Tellings, set_name: str, story, way: str) -> None:
    """The rows worked out by hand are there, and no others of this story."""
    told = tellings.tell(set_name, way)
    states = [("end", told.marts, story.expected)]
    if way == "one_by_one":
        states += [
            (step, told.after[step], expected) for step, expected in story.expected_after.items()
        ]
    differences = [
        f"after step {state}, {mart}: {difference}"
        for state, marts, tables in states
        for mart, expected in tables.items()
        for difference in compare_table(expected, story.select(select_rows(marts, mart)))
    ]
    if story.rejected != "any":
        rejected = dict(story.count_rejected(told.marts["rejected_rows"]))
        if way == "one_by_one":
            # Each line landed again is itself a copy, or makes one of an older line.
            added = sum(rejected.values()) - sum(story.rejected.values())
            repeated = told.repeated_counts.get(story.name, 0)
            if added != repeated:
                differences.append(f"rejected: {added} more instead of {repeated}")
        elif rejected != story.rejected:
            differences.append(f"rejected: {rejected}")
    if story.rounded is not None:
        # Copies do not count, so a value counts once however often and in which file it lands.
        counts = (row["rounded_count"] for row in told.marts["loads"] if story.is_own_file(row))
        if (rounded := sum(counts)) != story.rounded:
            differences.append(f"rounded: {rounded} instead of {story.rounded}")
    assert not differences, "\n".join(differences)


@pytest.mark.parametrize(("set_name", "way"), [("utc", way) for way in WAYS["utc"][1:]])
def test_all_ways_lead_to_equal_marts(tellings: Tellings, set_name: str, way: str) -> None:
    """Every mart is the same row for row, but for load times and ids made of a load and a line."""
    at_once = tellings.tell(set_name, "at_once").marts
    other = tellings.tell(set_name, way).marts
    assert set(at_once) == set(other)
    differences = []
    for mart in sorted(set(at_once) - MARTS_OF_FILES):
        left, right = mask_load(at_once[mart]), mask_load(other[mart])
        differences += [f"{mart}: only at once: {row}" for row in (left - right).elements()]
        differences += [f"{mart}: only {way}: {row}" for row in (right - left).elements()]
    assert not differences, "\n".join(differences[:20])


def test_full_refresh_changes_nothing(tellings: Tellings) -> None:
    """On one raw zone, many runs and one full refresh give the same marts, load times and all."""
    told = tellings.tell("utc", "one_by_one")
    assert told.rebuilt
    differences = []
    for mart, rows in told.marts.items():
        before, after = (
            sorted(str(sorted(row.items())) for row in state)
            for state in (rows, told.rebuilt[mart])
        )
        if before != after:
            changed = sorted(set(before) ^ set(after))
            differences.append(f"{mart}: {changed[:2]}")
    assert not differences, "\n".join(differences)


@pytest.mark.parametrize(("set_name", "way"), TOLD)
def test_every_landed_row_is_accounted_for(tellings: Tellings, set_name: str, way: str) -> None:
    """Accepted and rejected rows of all loads add up to the raw zone."""
    told = tellings.tell(set_name, way)
    loads = told.marts["loads"]
    assert sum(load["row_count"] for load in loads) == told.landed_count
    unaccounted = [
        load["source_file"]
        for load in loads
        if load["row_count"] != load["accepted_count"] + load["rejected_count"]
    ]
    assert not unaccounted
    assert len(told.marts["rejected_rows"]) == sum(load["rejected_count"] for load in loads)
