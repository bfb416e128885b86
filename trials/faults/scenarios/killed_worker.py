"""``kill -9`` of the worker at every moment of every turn of a petition's life."""

import time
from collections.abc import Callable, Iterator

from desk.wall_time import now
from trials.faults.death_orders import Order
from trials.faults.disturbed_life import conclude
from trials.faults.disturbed_stack import Standing
from trials.faults.kill_points import MOMENTS, REGISTERING, SENDING, STARTING, WAKING, Moment
from trials.faults.life import Turn
from trials.faults.office import LostError, until
from trials.faults.result import Result

REACHED_WITHIN = 30.0
TAKEN_UP_AFTER = 2.0
"""Seconds between submitting an intake form and its run, so that the order is there first."""


def kill_points(there: Standing, kind: str) -> Iterator[Result]:
    """Kill the worker at every point of the table, then check the whole record."""
    control = there.office.live()
    numbers = [control]
    for results in _all(there, numbers):
        yield from results
    yield conclude(there, f"worker killed, {kind}", numbers, control)


def _all(there: Standing, numbers: list[str]) -> Iterator[Iterator[Result]]:
    for moment in (*REGISTERING, *STARTING):
        lane, result = register(there, moment)
        numbers.append(lane.number)
        yield iter([result])
        yield lane.live({})
    for moment in MOMENTS:
        lane = Lane(there, there.office.number_of(there.office.submit()))
        numbers.append(lane.number)
        yield lane.live_through(moment)
    for moment in (*WAKING, *SENDING):
        lane = Lane(there, there.office.number_of(there.office.submit()))
        numbers.append(lane.number)
        yield lane.live({}, special=moment)


class Lane:
    """One petition on its way through its life, while the worker is killed around it."""

    def __init__(self, there: Standing, number: str) -> None:
        """Take a registered petition."""
        self.number = number
        self._there = there
        self._office = there.office

    def live_through(self, moment: Moment) -> Iterator[Result]:
        """Live the whole life, killed at one moment in every turn that passes it."""
        turns = {turn.name for turn in self._office.turns() if moment.comes_up_in(turn)}
        yield from self.live(dict.fromkeys(turns, moment.seam))

    def live(self, kills: dict[str, str], *, special: Moment | None = None) -> Iterator[Result]:
        """Live the whole life; ``kills`` names the moment at which the worker dies, by turn."""
        for turn in self._office.turns():
            try:
                if turn.name in kills:
                    yield killed_in(self._there, self.number, turn, kills[turn.name])
                elif special in WAKING and turn.name == "propose":
                    yield self._woken(turn, special)
                elif special in SENDING and turn.name == "approve":
                    yield self._sending(turn, special)
                else:
                    self._office.after_turn(self.number, turn, self._office.answer_turn(self.number, turn))
            except LostError as lost:
                yield Result(fault="worker killed", where=f"{turn.name} (not itself killed)", problems=[str(lost)])
                return

    def _woken(self, turn: Turn, moment: Moment) -> Result:
        _, mark = self._office.at_rest(turn.subject(self.number), turn.step)

        def act() -> int:
            self._office.decide_turn(self.number, turn, as_of=now())
            return mark.round

        return killed(
            self._there,
            Order(moment=moment.seam),
            f"{turn.name}: {moment.words}",
            act=act,
            recovered=lambda round_: self._office.after_turn(self.number, turn, round_),
        )

    def _sending(self, turn: Turn, moment: Moment) -> Result:
        def recovered(round_: int) -> None:
            self._office.after_turn(self.number, turn, round_)
            until(lambda: not self._office.letters_on_their_way(self.number), f"the letters of {self.number}")

        return killed(
            self._there,
            Order(moment=moment.seam),
            f"letters of {turn.name}: {moment.words}",
            act=lambda: self._office.answer_turn(self.number, turn),
            recovered=recovered,
        )


def killed_in(there: Standing, number: str, turn: Turn, seam: str) -> Result:
    """Answer a turn while the worker is killed at one moment of the run that takes the answer."""
    run, _ = there.office.at_rest(turn.subject(number), turn.step)
    return killed(
        there,
        Order(moment=seam, run=str(run.id)),
        f"{turn.name}: {words_of(seam)}",
        act=lambda: there.office.answer_turn(number, turn),
        recovered=lambda round_: there.office.after_turn(number, turn, round_),
    )


def words_of(seam: str) -> str:
    """What a moment is called in the table."""
    return next(moment.words for moment in MOMENTS if moment.seam == seam)


def register(there: Standing, moment: Moment) -> tuple[Lane, Result]:
    """Register a paper while the worker is killed at a moment of it, or of the pump's starting the petition's run."""
    office = there.office
    intake = office.submit(delay=TAKEN_UP_AFTER)
    order = Order(moment=moment.seam, run="" if moment in STARTING else str(intake.id))
    numbers: list[str] = []

    def recovered(_round: int) -> None:
        numbers.append(office.number_of(intake))
        office.at_rest(numbers[0], office.turns()[0].step)

    result = killed(there, order, f"register: {moment.words}", act=lambda: 0, recovered=recovered)
    return Lane(there, (numbers or [str(intake.id)])[0]), result


def killed(there: Standing, order: Order, where: str, *, act: Callable[[], int], recovered: Callable[[int], None]) -> Result:
    """Give the order, do what leads to its moment, and time from the kill until everything has gone on."""
    result = Result(fault="worker killed", where=where)
    worker = there.stack.child("worker")
    before = worker.pid
    there.orders.give(order)
    round_ = act()
    try:
        until(there.orders.carried_out, "the moment", within=REACHED_WITHIN)
    except LostError:
        there.orders.withdraw()
        result.problems.append("this moment was not reached")
        recovered(round_)
        return result
    began = time.monotonic()
    try:
        recovered(round_)
        until(lambda: worker.pid != before, "the worker's restart")
    except LostError as lost:
        result.problems.append(str(lost))
    result.seconds = time.monotonic() - began
    return result
