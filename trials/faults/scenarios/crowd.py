"""The same form submitted ten times at once, in every turn of a life.

The engine turns away what comes while the run is under way. An answer that is refused is followed by the same form within a
tenth of a second, so that a later press of the burst may be received; what counts is what was done.
"""

import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import httpx

from models.vocabulary.case import Step
from trials.faults.disturbed_life import tour
from trials.faults.disturbed_stack import Standing
from trials.faults.life import Turn
from trials.faults.office import FaultOffice, until
from trials.faults.result import Result

AT_ONCE = 10


def crowd(there: Standing, kind: str) -> Iterator[Result]:
    """Press Resume ten times at once in every turn; one press counts."""
    yield from tour(there, f"ten at once, {kind}", {turn.name: ten_at_once for turn in there.office.turns()})


def ten_at_once(there: Standing, number: str, turn: Turn) -> Result:
    """Answer a turn ten times at the same instant."""
    office = there.office
    if turn.step is Step.ARCHIVE:
        until(lambda: not office.letters_on_their_way(number), f"the letters of {number}")
    run, mark = office.at_rest(turn.subject(number), turn.step)
    together = Barrier(AT_ONCE)

    def press() -> str:
        together.wait()
        try:
            return office.client.resume_flow_run(run.id, run_input={"officer": turn.officer} | turn.fields).status.value
        except httpx.HTTPStatusError as turned_away:
            return str(turned_away.response.status_code)

    began = time.monotonic()
    with ThreadPoolExecutor(AT_ONCE) as hands:
        said = Counter(hand.result() for hand in [hands.submit(press) for _ in range(AT_ONCE)])
    office.after_turn(number, turn, mark.round)
    result = Result(fault="ten at once", where=turn.name, seconds=time.monotonic() - began)
    result.note = ", ".join(f"{count} x {what}" for what, count in said.most_common())
    if not said["ACCEPT"] or (said["ACCEPT"] > 1 and not turn.refused):
        result.problems.append(f"{said['ACCEPT']} presses were received")
    if (done := _decisions(office, number, f"{run.id}:{turn.step.value}:", mark.round)) != (0 if turn.refused else 1):
        result.problems.append(f"{done} decisions were made")
    return result


def _decisions(office: FaultOffice, number: str, wait: str, first_round: int) -> int:
    """Count the decisions that came through a run's waits at one step, from a round on."""
    keys = {event.decision_key or "" for event in office.office.events(number)}
    return sum(key.startswith(wait) and int(key.removeprefix(wait)) >= first_round for key in keys)
