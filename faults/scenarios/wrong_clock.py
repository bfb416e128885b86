"""The worker's clock jumps a day ahead and back again, and a day back, while a petition lives its life."""

import time
from collections.abc import Iterator

from faults.life import Turn
from faults.office import until
from faults.orders import Order
from faults.result import Result
from faults.standing import Standing
from faults.tour import Visit, tour

DAY = 86400.0
JUMPS = {"screen": 1, "propose": 1, "approve": 1, "sign_in/1": -1, "report/1": -1, "examine/1": 1, "sign_in/2": -1}
"""By how many days the clock is wrong in a turn; it is right in the others, where dates are filled in."""


def wrong_clock(there: Standing, kind: str) -> Iterator[Result]:
    """Live one life through the jumps, and one whose worker's clock jumps back in the middle of a turn."""
    yield from tour(there, f"clock jumped, {kind}", {name: jumped(days) for name, days in JUMPS.items()})
    yield from tour(there, f"clock jumped in a turn, {kind}", {"approve": jumped_in_the_middle})


def jumped(days: float) -> Visit:
    """Answer a turn while the worker's clock is wrong by some days; it is right again afterwards."""

    def visit(there: Standing, number: str, turn: Turn) -> Result:
        result = Result(fault="clock jumped", where=f"{turn.name}: {days:+.0f} days")
        there.orders.set_clock(days * DAY)
        try:
            began = time.monotonic()
            there.office.after_turn(number, turn, there.office.answer_turn(number, turn))
            result.seconds = time.monotonic() - began
        finally:
            there.orders.set_clock(0.0)
        return result

    return visit


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
