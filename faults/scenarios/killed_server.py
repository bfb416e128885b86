"""``kill -9`` of the engine's server while answers are on their way to it and runs are on their way through it."""

import os
import signal
import threading
import time
from collections.abc import Callable, Iterator

from faults.life import Turn
from faults.office import LostError, until
from faults.result import Result
from faults.scenarios.killed_worker import conclude
from faults.standing import Standing

DELAYS = (0.0, 0.03, 0.06, 0.1, 0.15, 0.2, 0.3)
"""Seconds from the press of Resume to the kill; turn by turn another one, so that it hits another call each time."""

FEW = 2


def killed_server(there: Standing, kind: str, *, few: bool) -> Iterator[Result]:
    """Kill the server once in every turn of a life (``few``: in two of them)."""

    def kill() -> None:
        os.kill(there.stack.child("server").pid, signal.SIGKILL)

    yield from disturbed_life(there, "server killed", kind, kill, few=FEW if few else 99)


def disturbed_life(
    there: Standing, fault: str, kind: str, disturb: Callable[[], None], *, few: int
) -> Iterator[Result]:
    """Let one petition live while something is killed a moment after each of its answers; then check the record."""
    office = there.office
    control, number = office.live(), office.number_of(office.submit())
    for index, turn in enumerate(office.turns()):
        try:
            if index >= few:
                office.after_turn(number, turn, office.answer_turn(number, turn))
                continue
            yield _disturbed(there, fault, number, turn, DELAYS[index % len(DELAYS)], disturb)
        except LostError as lost:
            yield Result(fault=fault, where=turn.name, problems=[str(lost)])
            break
    yield conclude(there, f"{fault}, {kind}", [control, number], control)


def _disturbed(there: Standing, fault: str, number: str, turn: Turn, delay: float, disturb: Callable[[], None]) -> Result:
    result = Result(fault=fault, where=f"{turn.name}: {delay * 1000:.0f} ms after the answer")
    began: list[float] = []

    def later() -> None:
        time.sleep(delay)
        began.append(time.monotonic())
        disturb()

    there.office.at_rest(turn.subject(number), turn.step)
    hand = threading.Thread(target=later)
    hand.start()
    round_ = there.office.answer_turn(number, turn)
    hand.join()
    there.office.after_turn(number, turn, round_)
    until(lambda: there.office.client.api_healthcheck() is None, "the engine's health")
    result.seconds = time.monotonic() - began[0]
    return result
