"""The worker's clock jumps a day ahead and back again, and a day back, while a petition lives its life."""

import time
from collections.abc import Iterator

from models.bookmark import Bookmark
from tasks.runs.bookmarks import refusal_of
from trials.faults.death_orders import Order
from trials.faults.disturbed_life import Visit, tour
from trials.faults.disturbed_stack import Standing
from trials.faults.life import Turn
from trials.faults.office import FaultOffice, until
from trials.faults.result import Result

DAY = 86400.0
JUMPS = {"screen": 1, "propose": 1, "approve": 1, "sign_in/1": -1, "report/1": -1, "examine/1": 1, "sign_in/2": -1}
"""By how many days the clock is wrong in a turn; it is right in the others, where dates are filled in."""


def wrong_time(there: Standing, kind: str) -> Iterator[Result]:
    """Live one life through the jumps, and one whose worker's clock jumps back in the middle of a turn."""
    yield from tour(there, f"clock jumped, {kind}", {name: jumped(days) for name, days in JUMPS.items()})
    yield from tour(there, f"clock jumped in a turn, {kind}", {"approve": jumped_in_the_middle})


def jumped(days: float) -> Visit:
    """Answer a turn while the worker's clock is wrong by some days; it is right again afterwards.

    A clock that is behind may find that the step before lies in the future, and refuse: the person is told why, and
    answers again once the clock is right.
    """

    def visit(there: Standing, number: str, turn: Turn) -> Result:
        office, subject = there.office, turn.subject(number)
        result = Result(fault="clock jumped", where=f"{turn.name}: {days:+.0f} days")
        there.orders.set_clock(days * DAY)
        began = time.monotonic()
        try:
            round_ = office.answer_turn(number, turn)
            mark = until(lambda: _settled(office, subject, turn, round_), f"{subject} after its answer")
        finally:
            there.orders.set_clock(0.0)
        if days < 0 and mark.step is turn.step:
            result.note = f"refused: {refusal_of(mark)}"
            round_ = office.answer_turn(number, turn)
        office.after_turn(number, turn, round_)
        result.seconds = time.monotonic() - began
        return result

    return visit


def _settled(office: FaultOffice, subject: str, turn: Turn, round_: int) -> Bookmark | None:
    """The bookmark, once the run waits in a later round at whatever step, or is at its end."""
    mark = office.office.bookmark(subject)
    if mark is None:
        return None
    step = mark.step if not turn.ends or mark.step is turn.step else None
    return mark if office.waits(subject, step, after_round=round_) and (step or mark.finished) else None


def jumped_in_the_middle(there: Standing, number: str, turn: Turn) -> Result:
    """Commit an answer with tomorrow's clock, die, and wake up with today's: marks and letters then lie in the future."""
    office = there.office
    result = Result(fault="clock jumped", where=f"{turn.name}: committed at +1 day, worker killed, clock back")
    run, _ = office.at_rest(turn.subject(number), turn.step)
    there.orders.set_clock(DAY)
    there.orders.give(Order(moment="event:after", run=str(run.id)))
    try:
        round_ = office.answer_turn(number, turn)
        until(there.orders.carried_out, "the moment")
    finally:
        there.orders.withdraw()
        there.orders.set_clock(0.0)
    began = time.monotonic()
    office.after_turn(number, turn, round_)
    until(lambda: not office.letters_on_their_way(number), f"the letters of {number}")
    result.seconds = time.monotonic() - began
    return result
