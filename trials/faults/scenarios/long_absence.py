"""The engine's server, or PostgreSQL under everything, away for a minute: how long after its return until a petition goes on."""

import os
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from functools import partial

from desk.stack.supervisor import Say
from desk.wall_time import now
from trials.faults.disturbed_life import Visit, tour
from trials.faults.disturbed_stack import Standing
from trials.faults.life import Turn
from trials.faults.office import until
from trials.faults.postgres import Cluster
from trials.faults.result import Result
from trials.faults.scenarios.killed_database import NOWHERE, on_a_cluster

AWAY = 60.0
"""Seconds: far longer than a restart, and long enough for whoever waits twice as long each time to be caught waiting."""

DELAYS = {"propose": 0.0, "sign_in/1": 0.1, "deliver": 0.2}
"""Seconds from the answer to PostgreSQL's end, turn by turn."""

Absence = Callable[[], AbstractContextManager[None]]
"""Inside it something is away; it is back when it ends."""


def server_away(there: Standing, kind: str) -> Iterator[Result]:
    """The server is away while a form's answer is on its way, and while the desk decides without it."""
    absence = partial(_without_server, there)
    plan = {"propose": answered_before("server away", absence), "sign_in/1": decided_meanwhile("server away", absence)}
    yield from tour(there, f"server away for {AWAY:.0f} s, {kind}", plan)


def database_away(say: Say) -> Iterator[Result]:
    """PostgreSQL is away, with the cases and the engine's runs in it, while a form's answer is on its way."""
    with on_a_cluster(say) as started:
        if started is None:
            yield NOWHERE
            return
        cluster, there = started
        absence = partial(_without_database, cluster)
        plan = {turn: answered_before("PostgreSQL away", absence, delay) for turn, delay in DELAYS.items()}
        yield from tour(there, f"PostgreSQL away for {AWAY:.0f} s", plan)


@contextmanager
def _without_server(there: Standing) -> Iterator[None]:
    child = there.stack.child("server")
    with there.stack.holding(child):
        os.kill(child.pid, signal.SIGKILL)
        yield
    until(lambda: there.office.client.api_healthcheck() is None, "the engine's health")


@contextmanager
def _without_database(cluster: Cluster) -> Iterator[None]:
    cluster.kill()
    yield
    cluster.start()


def answered_before(fault: str, absence: Absence, delay: float = 0.1) -> Visit:
    """Answer a turn's form a moment before the absence; the time counts from the return."""

    def visit(there: Standing, number: str, turn: Turn) -> Result:
        round_ = there.office.answer_turn(number, turn)
        time.sleep(delay)
        with absence():
            time.sleep(AWAY)
        result = Result(fault=fault, where=f"{turn.name}: answered {delay * 1000:.0f} ms before, back after {AWAY:.0f} s")
        return _until_it_goes_on(there, number, turn, round_, result)

    return visit


def decided_meanwhile(fault: str, absence: Absence) -> Visit:
    """Decide a turn at the desk in the middle of the absence: the desk needs no engine, and the engine follows when it is back."""

    def visit(there: Standing, number: str, turn: Turn) -> Result:
        _, mark = there.office.at_rest(turn.subject(number), turn.step)
        with absence():
            time.sleep(AWAY / 2)
            there.office.decide_turn(number, turn, as_of=now())
            time.sleep(AWAY / 2)
        result = Result(fault=fault, where=f"{turn.name}: decided at the desk meanwhile, back after {AWAY:.0f} s")
        return _until_it_goes_on(there, number, turn, mark.round, result)

    return visit


def _until_it_goes_on(there: Standing, number: str, turn: Turn, round_: int, result: Result) -> Result:
    began = time.monotonic()
    there.office.after_turn(number, turn, round_)
    result.seconds = time.monotonic() - began
    return result
