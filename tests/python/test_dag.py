"""Data flows one way: sources, `base_`, `stg_`, `int_`, marts (STYLE.md, house rule 3)."""

from dataclasses import dataclass
from pathlib import Path

import pytest

PROJECT_ROOT = Path(__file__).resolve().parents[2]

# What each layer may read; seeds are definitions, which staging does not need to judge a row.
READABLE = {
    "base": {"source", "base"},
    "staging": {"base", "staging"},
    "intermediate": {"seed", "base", "staging", "intermediate"},
    "marts": {"seed", "intermediate", "marts"},
}

# The views beside base_<source>__events that hand on the records' original text.
PAYLOAD_VIEWS = [
    "stg_openmeter__event_payloads",
    "stg_paygentic__event_payloads",
    "stg_polar__event_payloads",
]


@dataclass(frozen=True)
class Node:
    """A source, seed or model.

    Attributes:
        name: as `ref` knows it.
        layer: what its name and folder say that it is.
        reads: the nodes that it refers to.
        access: `public` or `protected`; empty for what is no model.
    """

    name: str
    layer: str
    reads: tuple[str, ...] = ()
    access: str = ""


@pytest.fixture(scope="module")
def nodes(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Node]:
    """Every source, seed and model of the project by its unique id, as dbt parses it."""
    from dbt.cli.main import dbtRunner

    folder = tmp_path_factory.mktemp("dag")
    result = dbtRunner().invoke(
        [
            *("parse", "--quiet", "--no-write-json"),
            *("--project-dir", str(PROJECT_ROOT), "--profiles-dir", str(PROJECT_ROOT)),
            *("--target-path", str(folder / "target"), "--log-path", str(folder / "logs")),
        ]
    )
    assert result.success, result.exception
    manifest = result.result
    found = {key: Node(source.name, "source") for key, source in manifest.sources.items()}
    for key, node in manifest.nodes.items():
        if node.resource_type == "seed":
            found[key] = Node(node.name, "seed")
        if node.resource_type == "model":
            layer = "base" if node.name.startswith("base_") else Path(node.path).parts[0]
            found[key] = Node(node.name, layer, tuple(node.depends_on.nodes), str(node.access))
    return found


@pytest.fixture(scope="module")
def edges(nodes: dict[str, Node]) -> list[tuple[Node, Node]]:
    """Every pair of what is read and the model that reads it."""
    return [(nodes[key], reader) for reader in nodes.values() for key in reader.reads]


def describe(pairs: list[tuple[Node, Node]]) -> list[str]:
    """Return the edges in words, so that a failure names them."""
    return [
        f"{reader.layer} {reader.name} reads {read.layer} {read.name}" for read, reader in pairs
    ]


def test_every_layer_is_there(edges: list[tuple[Node, Node]]) -> None:
    """The tests below look at something."""
    assert {reader.layer for _, reader in edges} == set(READABLE)


def test_edges_lead_forward(edges: list[tuple[Node, Node]]) -> None:
    """No model reads a later layer, and marts read no staging."""
    wrong = [
        (read, reader)
        for read, reader in edges
        if read.layer not in READABLE[reader.layer] and reader.name not in PAYLOAD_VIEWS
    ]
    assert describe(wrong) == []


def test_only_base_reads_sources(edges: list[tuple[Node, Node]]) -> None:
    """What a landed row means is decided in one place; the payload views decide nothing."""
    readers = {reader.name for read, reader in edges if read.layer == "source"}
    assert sorted(name for name in readers if not name.startswith("base_")) == PAYLOAD_VIEWS


def test_payload_views_read_where_rows_come_from(edges: list[tuple[Node, Node]]) -> None:
    """Their one exception is the source: all else that they read is `base_`."""
    layers = {read.layer for read, reader in edges if reader.name in PAYLOAD_VIEWS}
    assert layers == {"source", "base"}


def test_only_marts_are_public(nodes: dict[str, Node]) -> None:
    """Other projects may build on marts alone."""
    public = {node.name for node in nodes.values() if "public" in node.access.lower()}
    assert public == {node.name for node in nodes.values() if node.layer == "marts"}
