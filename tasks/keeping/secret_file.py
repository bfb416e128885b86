"""Files that hold a secret: made once, whole, and readable by their owner alone."""

import os
import tempfile
from collections.abc import Callable
from pathlib import Path


def read_or_make(path: Path, make: Callable[[], str]) -> str:
    """Read a secret, or make it; of two processes that start at once one makes it and both read the same."""
    if not path.exists():
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        _make(path, make())
    return path.read_text()


def _make(path: Path, secret: str) -> None:
    handle, part = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")  # mode 600
    try:
        with os.fdopen(handle, "w") as file:
            file.write(secret)
            file.flush()
            os.fsync(file.fileno())  # what is sealed with a key may not outlive the key in a power cut
        try:
            os.link(part, path)  # appears whole or not at all, and never over one that is there
        except FileExistsError:
            return
    finally:
        os.unlink(part)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
