"""One process of DBOS for the benchmark: workflows that wait for a message, let our ``decide`` carry it out, and wait again.

``python -m trials.bench.dbos_worker SYSTEM_DATABASE NAME``: says "ready" when it is, then starts a workflow for each petition's
number that it reads, a line each, until its input ends. Where a workflow waits stands in its events.
"""

import os
import sys
from threading import Semaphore
from typing import Any

from dbos import DBOS, SetWorkflowID

from models.vocabulary.case import Step
from tasks.decide import find_place
from tasks.keeping.database import database
from trials.bench.papers import decide_step

READY = "ready"
A_YEAR = 365.0 * 24 * 3600
CONNECTIONS = 10
"""For the engine's own tables, a process: two processes share PostgreSQL's hundred with everybody else."""

TURNS = Semaphore(6)
"""Decisions at once: all threads at once would be in each other's way, and DBOS slower by a sixth."""


@DBOS.workflow()
def handle(number: str) -> None:
    """Wait for an answer and carry it out, step after step, until nobody is awaited any more."""
    waiting: str | None = Step.SCREEN.value
    while waiting:
        DBOS.set_event(waiting, True)
        waiting = carry_out(number, waiting, DBOS.recv(timeout_seconds=A_YEAR))


@DBOS.step()
def carry_out(number: str, step: str, answer: dict[str, Any]) -> str | None:
    """Decide one step as the forms do, once even when it is run again; returns the step that is waited for then."""
    with TURNS:
        decide_step(database(), number, Step(step), answer, key=f"dbos:{number}:{step}")
    with database().read() as session:
        place = find_place(session, number)
    return place.step.value if place.step else None


def main() -> None:
    """Launch, say so, start workflows as told."""
    address, name = sys.argv[1:]
    DBOS(
        config={
            "name": "petitions",
            "system_database_url": address,
            "executor_id": name,
            "sys_db_pool_size": CONNECTIONS,
            "console_log_level": "WARNING",
            "log_level": "WARNING",
        }
    )
    DBOS.launch()
    sys.stdout.write(f"{READY}\n")
    sys.stdout.flush()
    for line in sys.stdin:
        with SetWorkflowID(line.strip()):
            DBOS.start_workflow(handle, line.strip())
    os._exit(0)  # the threads that wait would be waited for


if __name__ == "__main__":
    main()
