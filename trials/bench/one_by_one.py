"""How long a person waits for the next form when nothing else is going on; leans on nothing here, for the older code is measured by it, too."""

import time
from typing import Any
from uuid import UUID

GOLDEN = 0.618
"""Multiples of the golden section fall evenly between 0 and 1, however many there are."""


def pause_before(turn: int) -> float:
    """Seconds before a decision, from 0.3 to 0.8: spread evenly, so that nobody's polling is in step with the measurement."""
    return 0.3 + 0.5 * (turn * GOLDEN % 1)


def latencies(office: Any, count: int, step: Any, following: Any, *, at_the_desk: bool) -> list[float]:
    """Decide one step after the other; returns the seconds until the engine shows the wait at the following one.

    All petitions are brought to their form before the first is decided: starting a dozen runs is no part of a wait.
    """
    found, numbers = [], office.register(count)
    office.runs_waiting(set(numbers), step)
    for turn, number in enumerate(numbers):
        (run,) = office.runs_waiting({number}, step)
        time.sleep(pause_before(turn))
        began = time.perf_counter()
        if at_the_desk:
            office.decide_at_the_desk(number)
        else:
            office.answer_form(run)
        while (state := office.client.read_flow_run(UUID(run)).state) is None or state.name != following.label:
            time.sleep(0.02)
        found.append(time.perf_counter() - began)
    return found
