"""A backup or a restore in a process of its own, so that a test can kill it: ``python -m tests.tasks.backup.backer backup|restore <file>``.

Says each part of the work once, and waits for a line before it goes on.
"""

import sys
from pathlib import Path

from tasks.backup.making import make_backup
from tasks.backup.restore import restore
from tasks.keeping.database import database
from tasks.keeping.settings import settings
from tests.tasks.sweeping.sweeper import say
from tests.worked import LAST_NIGHT

told: set[str] = set()


def tell(what: str, _done: int, _total: int | None) -> None:
    """Say what begins, and wait."""
    if what not in told:
        told.add(what)
        say(what)
        sys.stdin.readline()


if __name__ == "__main__":
    if sys.argv[1] == "backup":
        make_backup(database(), settings(), Path(sys.argv[2]), as_of=LAST_NIGHT, progress=tell)
    else:
        restore(Path(sys.argv[2]), database(), settings(), as_of=LAST_NIGHT, progress=tell)
    say("done")
