"""``kill -9`` of the engine's server while answers are on their way to it and runs are on their way through it; and one that hangs."""

import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from functools import partial

from trials.faults.disturbed_life import Plan, Visit, tour
from trials.faults.disturbed_stack import Standing
from trials.faults.life import Turn
from trials.faults.office import until
from trials.faults.result import Result

DELAYS = (0.0, 0.03, 0.06, 0.1, 0.15, 0.2, 0.3)
"""Seconds from the press of Resume to the kill; turn by turn another one, so that it hits another call each time."""


def killed_server(there: Standing, kind: str) -> Iterator[Result]:
    """Kill the server once in every turn of a life, each time a little later after the answer."""
    yield from tour(there, f"server killed, {kind}", every_turn(there, partial(kill_server, there)))


def kill_server(there: Standing) -> None:
    """Kill the server of a stack; its supervisor starts it again."""
    os.kill(there.stack.child("server").pid, signal.SIGKILL)


def hung_server(there: Standing, kind: str) -> Iterator[Result]:
    """Let the server stop answering, without an end, just after an answer came in; the supervisor has to notice."""
    yield from tour(there, f"server hangs, {kind}", {"propose": disturbed("server hangs", partial(freeze_server, there), 0.1)})


def freeze_server(there: Standing) -> None:
    """Stop the server's process where it stands: its port takes connections, and nobody is answered."""
    os.kill(there.stack.child("server").pid, signal.SIGSTOP)


def every_turn(there: Standing, disturb: Callable[[], None], fault: str = "server killed") -> Plan:
    """Plan one disturbance for every turn of a life, with the delays in turns."""
    turns = there.office.turns()
    return {turn.name: disturbed(fault, disturb, DELAYS[index % len(DELAYS)]) for index, turn in enumerate(turns)}


def disturbed(fault: str, disturb: Callable[[], None], delay: float) -> Visit:
    """Answer a turn and disturb a moment later; time from then until all have gone on and the engine is well."""

    def visit(there: Standing, number: str, turn: Turn) -> Result:
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

    return visit
