"""No personal data reaches the published file, but for the two promised columns."""

import re
from pathlib import Path

import pytest
from stories import SCENARIOS, VARIABLES, Tellings

from warehouse import Warehouse

PLANTED = sorted(
    set(re.findall(r"SECRET-[\w.@-]+", (SCENARIOS / "utc" / "privacy.yml").read_text("utf-8")))
)


@pytest.fixture(scope="module")
def published(tellings: Tellings, warehouse: Warehouse) -> Path:
    """The published file of a small zone that holds the personal data of the story `privacy`."""
    warehouse.reset()
    [story] = [story for story in tellings.stories["utc"] if story.name == "privacy"]
    files = {
        f"{entity}/privacy__{step}.ndjson": text.encode()
        for step, step_files in enumerate(story.files)
        for entity, text in step_files.items()
    }
    from stories import LOAD_DAY

    warehouse.land(files, LOAD_DAY)
    warehouse.build(VARIABLES["utc"], tests=True)
    finished = warehouse.run_script("publish.py")
    assert finished.returncode == 0, finished.stdout + finished.stderr
    return warehouse.published


def test_planted_words_were_found() -> None:
    """The story holds what this module looks for."""
    assert len(PLANTED) > 20


def test_no_planted_word_is_in_the_bytes(published: Path) -> None:
    """Also outside of tables (statistics, comments, free blocks) nothing is left behind."""
    content = published.read_bytes()
    assert [word for word in PLANTED if word.encode() in content] == []
    assert b"SECRET" not in content


def test_no_planted_word_is_in_any_column(published: Path, warehouse: Warehouse) -> None:
    """Compressed blocks hide text from a scan of bytes, so every value is read too."""
    tables = warehouse.query(
        "select table_schema, table_name from information_schema.tables", published=True
    )
    assert tables
    found = []
    for table in tables:
        name = f'"{table["table_schema"]}"."{table["table_name"]}"'
        for row in warehouse.table(name, published=True):
            found += [
                f"{name}.{column}"
                for column, value in row.items()
                if value is not None and ("SECRET" in str(value) or "@" in str(value))
            ]
    assert found == []


def test_only_marts_are_published(published: Path, warehouse: Warehouse) -> None:
    """The promised personal columns are the only text about a person."""
    schemas = {
        row["table_schema"]
        for row in warehouse.query(
            "select distinct table_schema from information_schema.tables", published=True
        )
    }
    assert schemas == {"marts"}
    [customer] = [
        row
        for row in warehouse.table("customers", published=True)
        if row["customer_id"] == "privacy_a"
    ]
    assert customer["customer_name"] == "Promised Name"
    assert customer["external_customer_id"] == "privacy_ext_a"
