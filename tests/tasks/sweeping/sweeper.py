"""A sweep in a process of its own, so that a test can kill it: ``python -m tests.tasks.sweeping.sweeper <as_of> <batch>``.

Says ``ready`` once it is connected and waits for a line, so that several start together; then tells after each batch
how many steps it has taken, and in the end its faults.
"""

import sys
from datetime import datetime

from tasks.keeping.database import database
from tasks.sweeping.sweep import SweepReport, anything_due, sweep


def say(words: str) -> None:
    """Write a line that is read at once by whoever listens."""
    sys.stdout.write(f"{words}\n")
    sys.stdout.flush()


def tell(report: SweepReport) -> None:
    """Say how far the sweep has come."""
    say(str(report.acted))


def main(as_of: datetime, batch: int) -> None:
    """Connect, wait for the signal, sweep."""
    with database().read() as session:
        anything_due(session, as_of=as_of)
    say("ready")
    sys.stdin.readline()
    report = sweep(database(), as_of=as_of, batch=batch, tick=tell)
    say(f"faults: {report.faults}")


if __name__ == "__main__":
    main(datetime.fromisoformat(sys.argv[1]), int(sys.argv[2]))
