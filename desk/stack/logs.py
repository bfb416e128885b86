"""The logs of the stack's parts: kept to a size, and alarms read out as they come."""

import os
import shutil
from pathlib import Path

LARGEST = 20 * 1024 * 1024
"""Bytes; what a busy worker writes in some months."""

KEPT = 4
"""Older pieces that are kept: ``worker.log.1`` is the newest of them."""


def rotate(path: Path, *, largest: int = LARGEST, kept: int = KEPT) -> bool:
    """Put a log aside that has grown too large, and begin it anew; says whether that was done.

    The part that writes it goes on with the same open file (it appends), so the file is emptied and not replaced. What is
    written in the moment between copying and emptying is lost.
    """
    if not path.is_file() or path.stat().st_size <= largest:
        return False
    pieces = [path, *(path.with_name(f"{path.name}.{number}") for number in range(1, kept + 1))]
    for newer, older in zip(reversed(pieces[1:-1]), reversed(pieces[2:]), strict=True):
        if newer.exists():
            newer.replace(older)
    shutil.copyfile(path, pieces[1])
    pieces[1].chmod(0o600)
    os.truncate(path, 0)
    return True


class Tail:
    """What is added to a file from now on."""

    def __init__(self, path: Path) -> None:
        """Begin at the file's present end."""
        self._path = path
        self._read = path.stat().st_size if path.exists() else 0

    def new_lines(self) -> list[str]:
        """The whole lines that were added since the last look."""
        if not self._path.exists():
            return []
        with self._path.open("rb") as file:
            self._read = min(self._read, self._path.stat().st_size)  # it was begun anew
            file.seek(self._read)
            whole, _, _ = file.read().rpartition(b"\n")
        self._read += len(whole) + bool(whole)
        return whole.decode(errors="replace").splitlines()
