"""The worker's clock jumps a day ahead and back again, and a day back, while a petition lives its life."""

import time
from collections.abc import Iterator

from faults.office import LostError, until
from faults.orders import Order
from faults.result import Result
from faults.scenarios.killed_worker import conclude
from faults.standing import Standing

DAY = 86400.0
JUMPS = {"screen": DAY, "propose": DAY, "approve": DAY, "sign_in/1": 0.0, "report/1": -DAY, "examine/1": -DAY, "sign_in/2": 0.0}
"""By how much the clock is wrong from the turn on; a petition cannot be answered on a day that has not come."""


def wrong_clock(there: Standing, kind: str, *, few: bool) -> Iterator[Result]:
    """Live one life through the jumps, and one whose worker's clock jumps back in the middle of a turn."""
    del few
    office = there.office
    control, number = office.live(), office.number_of(office.submit())
    try:
        for turn in office.turns():
            if turn.name not in JUMPS:
                office.after_turn(number, turn, office.answer_turn(number, turn))
                continue
            there.orders.set_clock(JUMPS[turn.name])
            began = time.monotonic()
            office.after_turn(number, turn, office.answer_turn(number, turn))
            yield Result(fault="clock jumped", where=f"{turn.name}: {JUMPS[turn.name] / DAY:+.0f} days", seconds=time.monotonic() - began)
    except LostError as lost:
        yield Result(fault="clock jumped", where=turn.name, problems=[str(lost)])
    finally:
        there.orders.set_clock(0.0)
    back, result = _back_in_the_middle(there)
    yield result
    yield conclude(there, f"clock jumped, {kind}", [control, number, back], control)


def _back_in_the_middle(there: Standing) -> tuple[str, Result]:
    """Commit an approval with tomorrow's clock, die, and wake up with today's: marks and letters then lie in the future."""
    office = there.office
    result = Result(fault="clock jumped", where="approve: committed at +1 day, worker killed, clock back")
    number = office.number_of(office.submit())
    for turn in office.turns():
        try:
            if turn.name != "approve":
                office.after_turn(number, turn, office.answer_turn(number, turn))
                continue
            run, _ = office.at_rest(number, turn.step)
            there.orders.set_clock(DAY)
            there.orders.give(Order(moment="event:after", run=str(run.id)))
            round_ = office.answer_turn(number, turn)
            until(there.orders.carried_out, "the moment")
            there.orders.set_clock(0.0)
            began = time.monotonic()
            office.after_turn(number, turn, round_)
            until(lambda: not office.letters_on_their_way(number), f"the letters of {number}")
            result.seconds = time.monotonic() - began
        except LostError as lost:
            result.problems.append(f"{turn.name}: {lost}")
            there.orders.withdraw()
            break
    return number, result
