"""The home folder belongs to one account of the machine: nobody else reads what lies in it."""

import os
from collections.abc import Iterator
from pathlib import Path

from rules.errors import CaseworkError

UMASK = 0o077
"""What new files and folders do not grant: anything to anybody but their owner."""

FILES = ("casework.db*", "keys.txt", "engine-password.txt", ".demo")
FOLDERS = ("logs", "papers", "prefect")


class HomeError(CaseworkError):
    """The home folder cannot be kept private."""


def keep_private(home: Path) -> None:
    """Make the home and shut it, with whatever of ours an older version left open in it, to everybody but its owner.

    Touches only what we make there, and follows no links. Raises ``HomeError`` when the folder belongs to somebody else.
    """
    try:
        home.mkdir(mode=0o700, parents=True, exist_ok=True)
        for path in [home, *_ours(home)]:
            wanted = 0o700 if path.is_dir() else 0o600
            if path.stat().st_mode & 0o777 != wanted:
                path.chmod(wanted)
    except PermissionError as error:
        raise HomeError(f"目录 {home} 不属于当前用户，无法设为仅本人可读：请更换 XINFANG_HOME，或改正它的所有者") from error


def _ours(home: Path) -> Iterator[Path]:
    found = [path for pattern in FILES for path in home.glob(pattern)]
    for folder in FOLDERS:
        for place, folders, files in os.walk(home / folder):
            found += [Path(place), *(Path(place) / name for name in folders + files)]
    yield from (path for path in found if not path.is_symlink() and path.exists())
