"""Writes files into a landing folder and keeps account of them."""

import gzip
import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

COMPRESSION_LEVEL = 6


def to_json(value: object) -> str:
    """Return `value` as one line of JSON, without needless spaces."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


class LandingWriter:
    """Writes whole files under one landing folder, over files of the same name only.

    Attributes:
        landing: the folder that holds `<source>/<entity>/`.
        written: every file written so far, in order.
    """

    def __init__(self, landing: Path) -> None:
        """Write below `landing`, which is made with the first file."""
        self.landing = landing
        self.written: list[Path] = []

    @contextmanager
    def new_file(self, relative: str) -> Iterator[Path]:
        """Give a path to write to, and rename that file to `relative` when it is complete.

        A run that is stopped leaves a `.partial` file, which nobody loads.

        Raises:
            OSError: the folder cannot be made or the file not be renamed.
        """
        path = self.landing / relative
        path.parent.mkdir(parents=True, exist_ok=True)
        partial = path.with_name(f"{path.name}.partial")
        yield partial
        partial.replace(path)
        self.written.append(path)

    def write_lines(self, relative: str, lines: Iterable[bytes]) -> None:
        """Write `lines`, each ended by a line feed; compressed when the name ends in `.gz`.

        The gzip header carries no name, time or system, so the same lines give the same bytes
        wherever zlib is the same library (a zlib-ng build packs the same lines otherwise).

        Raises:
            OSError: the file cannot be written.
        """
        content = b"".join(line + b"\n" for line in lines)
        with self.new_file(relative) as path:
            if not relative.endswith(".gz"):
                path.write_bytes(content)
                return
            with (
                path.open("wb") as file,
                gzip.GzipFile("", "wb", COMPRESSION_LEVEL, file, mtime=0) as compressed,
            ):
                compressed.write(content)

    def write_records(self, relative: str, records: Iterable[object]) -> None:
        """Write one line of JSON per record.

        Raises:
            OSError: the file cannot be written.
        """
        self.write_lines(relative, (to_json(record).encode() for record in records))

    def files_of_others(self) -> list[Path]:
        """Return files in the folders written to that are not this writer's, sorted by path."""
        folders = {path.parent for path in self.written}
        return sorted(
            path
            for folder in folders
            for path in folder.iterdir()
            if path.is_file() and path not in self.written
        )
