"""One of two who race for a petition, in a process of its own: ``python -m trials.faults.racer answer|deadline``.

For each line ``<instant> <delay in seconds> <subject>`` waits for the delay, acts as of the instant, and says ``done``.
"""

import sys
import time
from datetime import datetime

from models.vocabulary.case import Step
from models.vocabulary.people import Proof
from rules.errors import CaseworkError
from tasks.decide import decide
from tasks.keeping.database import database
from tasks.record.act import Arrival, Who
from tasks.sweeping.sweep import anything_due, sweep


def answer(subject: str, as_of: datetime) -> None:
    """The unit signs in."""
    with database().write() as session:
        arrival = Arrival(as_of, decision_key=f"race:{subject}")
        decide(session, subject, Step.SIGN_IN, {"choice": "签收"}, Who("L-SZJ", Proof.NONE), arrival)


def deadline(_subject: str, as_of: datetime) -> None:
    """The sweep acts on everything that is due."""
    sweep(database(), as_of=as_of)


def main(role: str) -> None:
    """Connect, say so, and act on each line."""
    with database().read() as session:
        anything_due(session, as_of=datetime.fromisoformat("2026-01-01T00:00:00+08:00"))
    _say("ready")
    act = {"answer": answer, "deadline": deadline}[role]
    for line in sys.stdin:
        instant, delay, subject = line.split()
        time.sleep(float(delay))
        try:
            act(subject, datetime.fromisoformat(instant))
        except CaseworkError as refused:
            _say(f"refused: {refused}")
        else:
            _say("done")


def _say(words: str) -> None:
    sys.stdout.write(f"{words}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main(sys.argv[1])
