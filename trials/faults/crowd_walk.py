"""Many petitions walked side by side through a topology, while parts of it die.

Every fifth petition is answered through its forms alone; of the others the forms bring the screening and the
delivery, and the desk decides the rest, several steps at a time, as a busy office does.
"""

import os
import signal
import threading
import time
from collections import Counter
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from desk.stack.engine import engine_client
from desk.wall_time import now
from models.vocabulary.case import Step
from tasks.runs.bookmarks import refusal_of
from trials.faults.life import Turn, life
from trials.faults.office import FaultOffice, LostError, until
from trials.faults.table import say
from trials.faults.topology import Topology

BY_FORM = (Step.SCREEN, Step.DELIVER)
EVERY = 5
"""Every fifth petition is answered through its forms alone."""

CLERKS = 8
"""Petitions that are walked at the same time."""


@dataclass
class Walk:
    """How far the petitions have come, and what was killed on the way."""

    petitions: int
    steps: Counter[str] = field(default_factory=Counter)
    numbers: list[str] = field(default_factory=list)
    ended: int = 0
    lost: list[str] = field(default_factory=list)
    killed: list[str] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def note(self, way: str) -> None:
        """Count a step by the way it was taken."""
        with self.lock:
            self.steps[way] += 1


def walk(office: FaultOffice, place: Topology, walking: Walk, deaths: Mapping[str, float], *, away: Mapping[str, float]) -> None:
    """Walk all petitions; each service in ``deaths`` is killed after that share of them, earliest first.

    Those in ``away`` stay away for so many seconds; the others are started again at once.
    """
    with ThreadPoolExecutor(CLERKS) as clerks:
        petitions = [clerks.submit(_walk_one, office, index, walking) for index in range(walking.petitions)]
        for name, share in sorted(deaths.items(), key=lambda death: death[1]):
            while walking.ended < walking.petitions * share and not all(one.done() for one in petitions):
                time.sleep(0.2)
            child, before = place.child(name), walking.ended
            say(f"  {name} killed after {walking.ended} petitions")
            with place.holding(child):
                os.kill(child.pid, signal.SIGKILL)
                time.sleep(away.get(name, 0.0))
            walking.killed.append(name)
            if away.get(name):
                say(f"  {name} is back after {away[name]:.0f} s, in which {walking.ended - before} petitions came to their end")
        for one in petitions:
            one.result()


def _walk_one(shared: FaultOffice, index: int, walking: Walk) -> None:
    # A client of its own: threads that share one would each ask for a token against forgery and undo the others'.
    with engine_client() as client:
        _walk_with(FaultOffice(client=client, stack=shared.stack, office=shared.office), index, walking)


def _walk_with(office: FaultOffice, index: int, walking: Walk) -> None:
    number = f"petition {index}"
    try:
        number = office.number_of(office.submit())
        walking.note("register")
        with walking.lock:
            walking.numbers.append(number)
        for turn in life(now().date().isoformat(), units=1):
            walking.note(_take(office, number, turn, by_form=index % EVERY == 0 or turn.step in BY_FORM))
        office.at_rest(number, None)
    except LostError as lost:
        with walking.lock:
            walking.lost.append(f"{number}: {lost}{_refused(office, number)}")
    with walking.lock:
        walking.ended += 1


def _refused(office: FaultOffice, number: str) -> str:
    """Why the last answer was not taken, if that is why a petition does not go on."""
    mark = office.office.bookmark(number)
    reason = refusal_of(mark) if mark else None
    return f", refused: {reason}" if reason else ""


def _take(office: FaultOffice, number: str, turn: Turn, *, by_form: bool) -> str:
    if by_form:
        office.answer_turn(number, turn)
        return "form"
    until(lambda: office.office.waits_at(turn.subject(number)) is turn.step, f"{turn.subject(number)} at {turn.step.value}")
    if turn.step is Step.ARCHIVE:
        until(lambda: not office.letters_on_their_way(number), f"the letters of {number}")
    office.decide_turn(number, turn, as_of=now())
    return "desk"
