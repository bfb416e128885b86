"""The ``xinfang`` command: the commands of every day start at once, all others through the whole command line."""

import atexit
import gc
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from desk.cli.plain import plain_call
from tasks.keeping.private_home import UMASK

RARELY = (20_000, 50, 50)
"""Python's own thresholds have it search the classes of each import for garbage, again and again: a third of the start."""


def main() -> None:
    """Run the command line; whatever it and its children make is readable by their owner alone."""
    os.umask(UMASK)
    call = plain_call(sys.argv[1:])
    if call is not None:
        with _searching_rarely():
            call()
        return
    from desk.cli.app import run  # the whole parser takes as long as a list itself

    run()


@contextmanager
def _searching_rarely() -> Iterator[None]:
    """Let the collector of garbage rest while a short command runs, and at the end of the process."""
    before = gc.get_threshold()
    gc.set_threshold(*RARELY)
    atexit.register(gc.freeze)
    try:
        yield
    finally:
        gc.set_threshold(*before)


if __name__ == "__main__":
    main()
