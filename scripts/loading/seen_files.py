"""Which files were already fingerprinted: spares a run with nothing new the reading of all data.

Only an optimisation: without the note a file is read and fingerprinted again. A note holds as long
as the file system reports the same size, modification time, change time, inode and device. The
change time cannot be set back by a program, so another content always shows; only a write within
the same tick of the clock would not, and therefore a file is noted only once it has been at rest.
"""

import json
import time
from pathlib import Path

from loading.content import FileState
from loading.sources import LandingFile

_REST_NS = 2_000_000_000
"""Longer than a tick of any usual file system's clock."""


class SeenFiles:
    """The notes of one raw zone, in one small file.

    Args:
        path: where the notes are kept; missing or unreadable notes are no notes.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._notes = _read_notes(path)
        self._is_changed = False

    def load_id_of(self, file: LandingFile, state: FileState) -> str | None:
        """The fingerprint of a file that is still in the state in which it was noted, else None."""
        note = self._notes.get(_key_of(file))
        return note["load_id"] if note and note["state"] == list(state) else None

    def note(self, file: LandingFile, state: FileState, load_id: str) -> None:
        """Note a fingerprint, if the file was at rest for a while before it was taken.

        Args:
            file: the file.
            state: its state, the same before and after it was read.
            load_id: its fingerprint.
        """
        if time.time_ns() - max(state.modified_ns, state.changed_ns) > _REST_NS:
            self._notes[_key_of(file)] = {"state": list(state), "load_id": load_id}
            self._is_changed = True

    def save(self, scratch: Path) -> None:
        """Write the notes, without those of files that are gone, if any is new.

        Args:
            scratch: folder for the temporary file, in the same file system.
        """
        if self._is_changed:
            notes = {key: note for key, note in self._notes.items() if Path(_path_in(key)).exists()}
            temporary = scratch / self._path.name
            temporary.write_text(json.dumps(notes))
            temporary.replace(self._path)


def _key_of(file: LandingFile) -> str:
    return f"{file.source_system}/{file.entity}:{file.path.absolute()}"


def _path_in(key: str) -> str:
    return key.partition(":")[2]


def _read_notes(path: Path) -> dict[str, dict]:
    try:
        notes = json.loads(path.read_text())
    except (OSError, ValueError):
        return {}
    return notes if isinstance(notes, dict) else {}
