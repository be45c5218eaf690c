"""The landing folder: its entities, its files, and the order in which they are landed."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import NoReturn

from loading.problems import LandingProblem

ENTITIES = {
    "polar": (
        "events",
        "orders",
        "subscriptions",
        "customers",
        "products",
        "meters",
        "benefits",
        "benefit_grants",
        "refunds",
        "checkouts",
        "customer_seats",
    ),
    "paygentic": ("events", "cost_metrics"),
    "openmeter": ("events", "meters", "grants"),
    "reference": ("exchange_rates",),
}

FORMATS = {
    ".ndjson": "lines",
    ".jsonl": "lines",
    ".json": "json",
    ".csv": "csv",
    ".parquet": "parquet",
}
COMPRESSIONS = (".gz", ".zst")


@dataclass(frozen=True)
class LandingFile:
    """One file of the landing folder that can be landed.

    Attributes:
        path: where it is.
        source_file: its path relative to the landing folder, with forward slashes.
        source_system: the first folder of that path, e.g. `polar`.
        entity: the second folder, e.g. `events`.
        format: `lines`, `json`, `csv` or `parquet`.
        compression: `.gz`, `.zst`, or empty.
    """

    path: Path
    source_file: str
    source_system: str
    entity: str
    format: str
    compression: str


def list_landing_files(landing: Path) -> tuple[list[LandingFile], list[str]]:
    """List what can be landed, and say what cannot.

    Hidden files and folders are passed over in silence: they belong to tools, not to exports.

    Args:
        landing: an existing folder.

    Returns:
        The files in the order of their relative paths, and one sentence per thing that is ignored.

    Raises:
        LandingProblem: a folder cannot be read, so nobody knows what lies in it.
    """
    files: list[LandingFile] = []
    warnings: list[str] = []
    unknown_folders: set[str] = set()
    for relative in sorted(_visible_files(landing), key=str):
        unknown_folder = _unknown_folder(relative)
        if unknown_folder is None:
            file = _recognise(landing, relative)
            if file:
                files.append(file)
            else:
                warnings.append(f"{relative} is ignored: {_expected_names()}.")
        elif unknown_folder not in unknown_folders:
            unknown_folders.add(unknown_folder)
            warnings.append(f"{unknown_folder} is ignored: {_expected_folder(relative)}.")
    return files, warnings


def _visible_files(landing: Path) -> Iterator[PurePosixPath]:
    """Every file below a folder, links to folders followed, none of them twice on one path."""
    for folder, folder_names, file_names in os.walk(
        landing, onerror=_refuse_to_overlook, followlinks=True
    ):
        ancestors = {Path(folder).resolve(), *Path(folder).resolve().parents}
        folder_names[:] = [
            name
            for name in folder_names
            if not name.startswith(".")
            and not (Path(folder, name).is_symlink() and Path(folder, name).resolve() in ancestors)
        ]
        for name in file_names:
            if not name.startswith("."):
                yield PurePosixPath(Path(folder, name).relative_to(landing).as_posix())


def _refuse_to_overlook(error: OSError) -> NoReturn:
    raise LandingProblem(
        f"The folder {error.filename} cannot be read ({error.strerror}): check its permissions."
    )


def _unknown_folder(relative: PurePosixPath) -> str | None:
    """The part of a path that is no known place for files, or None when all of it is known."""
    folders = relative.parts[:-1]
    if not folders:
        return str(relative)
    if folders[0] not in ENTITIES:
        return folders[0]
    if len(folders) == 1:
        return str(relative)
    if folders[1] not in ENTITIES[folders[0]]:
        return f"{folders[0]}/{folders[1]}"
    return None


def _recognise(landing: Path, relative: PurePosixPath) -> LandingFile | None:
    suffixes = [suffix.lower() for suffix in relative.suffixes]
    compression = suffixes.pop() if suffixes and suffixes[-1] in COMPRESSIONS else ""
    if not suffixes or suffixes[-1] not in FORMATS:
        return None
    return LandingFile(
        path=landing / relative,
        source_file=os.fsencode(relative).decode(errors="replace"),
        source_system=relative.parts[0],
        entity=relative.parts[1],
        format=FORMATS[suffixes[-1]],
        compression=compression,
    )


def _expected_names() -> str:
    return f"file names end in {', '.join(FORMATS)}, optionally with {' or '.join(COMPRESSIONS)}"


def _expected_folder(relative: PurePosixPath) -> str:
    source_system = relative.parts[0]
    if source_system in ENTITIES:
        return f"the folders known in {source_system} are {', '.join(ENTITIES[source_system])}"
    return f"files lie in <source>/<entity>/, and the sources known are {', '.join(ENTITIES)}"
