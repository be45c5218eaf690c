"""A file's bytes: how they are fingerprinted, decompressed and counted."""

import gzip
import hashlib
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import BinaryIO, NamedTuple, Protocol

from loading.problems import FileProblem, first_line
from loading.sources import LandingFile

READ_BYTES = 4 * 1024 * 1024
"""Bytes read at once: small enough to stay in the processor's cache, large enough to be few."""

OnRead = Callable[[int], None]
"""Is told how many bytes were read from the disk."""


class ByteReader(Protocol):
    """Anything that gives bytes; fewer than asked for only at the end."""

    def read(self, size: int = -1, /) -> bytes: ...


class FileState(NamedTuple):
    """What the file system says of a file; equal states mean equal bytes.

    `changed_ns` (ctime) moves with every write and cannot be set back by a program.
    """

    size: int
    modified_ns: int
    changed_ns: int
    inode: int
    device: int


def state_of(path: Path) -> FileState:
    """Ask the file system for the state of a file.

    Raises:
        OSError: it is gone or out of reach.
    """
    status = path.stat()
    return FileState(
        status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino, status.st_dev
    )


def load_id_of(file: LandingFile, size: int) -> str:
    """The identity of a file's content: SHA-256 of `<source>\\0<entity>\\0` and its bytes on disk.

    Args:
        file: the file.
        size: bytes that it has; what is written to it meanwhile is not read.

    Raises:
        OSError: the file cannot be read.
    """
    digest = hashlib.sha256(f"{file.source_system}\0{file.entity}\0".encode())
    with file.path.open("rb", buffering=0) as raw:
        content = _CountedReader(raw, size, lambda _count: None)
        while piece := content.read(READ_BYTES):
            digest.update(piece)
    return digest.hexdigest()


@contextmanager
def open_content(file: LandingFile, size: int, on_read: OnRead) -> Iterator[ByteReader]:
    """Open a file for reading what it holds, decompressed.

    Args:
        file: the file.
        size: bytes that it has on disk; what is written to it meanwhile is not read.
        on_read: is told how far it got.

    Raises:
        FileProblem: the compressed bytes are damaged or cut off.
        OSError: the file cannot be read.
    """
    with file.path.open("rb", buffering=0) as raw:
        counted = _CountedReader(raw, size, on_read)
        if file.compression and size == 0:
            raise FileProblem(f"it is empty, which no {file.compression} file is")
        if file.compression == ".gz":
            with _damage_explained(), gzip.GzipFile(fileobj=counted) as content:
                yield content
        elif file.compression == ".zst":
            with _damage_explained(), _zstd().ZstdFile(counted) as content:
                yield content
        else:
            yield counted


class _CountedReader:
    """The first bytes of a raw file; it tells how far it was read."""

    def __init__(self, raw: BinaryIO, size: int, on_read: OnRead) -> None:
        self._raw = raw
        self._left = size
        self._on_read = on_read

    def read(self, size: int = -1, /) -> bytes:
        piece = self._raw.read(self._left if size < 0 else min(size, self._left))
        self._left -= len(piece)
        self._on_read(len(piece))
        return piece


@contextmanager
def _damage_explained() -> Iterator[None]:
    try:
        yield
    except EOFError as error:
        raise FileProblem("it is cut off: its compressed data end too early") from error
    except (gzip.BadGzipFile, zlib.error) as error:
        raise FileProblem(f"its compressed data are damaged ({first_line(error)})") from error
    except Exception as error:
        if type(error).__name__ != "ZstdError":
            raise
        raise FileProblem(f"its compressed data are damaged ({first_line(error)})") from error


def _zstd() -> ModuleType:
    """Python 3.14's own zstd module, as a package for older versions; only .zst files need it."""
    try:
        from backports import zstd
    except ImportError as error:
        raise FileProblem("reading .zst needs the Python package backports.zstd") from error
    return zstd
