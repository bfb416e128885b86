"""One petition's life with a fault in some of its turns, beside an undisturbed one; and the check of both at the end."""

from collections.abc import Callable, Iterator, Mapping

from trials.faults.check import check, story
from trials.faults.disturbed_stack import Standing
from trials.faults.life import Turn
from trials.faults.office import LostError, until
from trials.faults.result import Result

Visit = Callable[[Standing, str, Turn], Result]
"""Takes one turn of a petition while something goes wrong."""

Plan = Mapping[str, Visit]
"""Which fault visits which turn, by the turn's name."""


def tour(there: Standing, fault: str, plan: Plan) -> Iterator[Result]:
    """Live one life undisturbed and one with the planned faults; yields their rows, and last what holds at the end."""
    office = there.office
    control, number = office.live(), office.number_of(office.submit())
    for turn in office.turns():
        try:
            if turn.name in plan:
                yield plan[turn.name](there, number, turn)
            else:
                office.after_turn(number, turn, office.answer_turn(number, turn))
        except LostError as lost:
            yield Result(fault=fault, where=turn.name, problems=[str(lost)])
            break
    yield conclude(there, fault, [control, number], control)


def conclude(there: Standing, fault: str, numbers: list[str], control: str) -> Result:
    """Wait for the last letters, then check everything; the row of the table that says so."""
    office = there.office
    result = Result(fault=fault, where=f"all {len(numbers)} petitions at their end")
    try:
        for number in numbers:
            until(lambda number=number: not office.letters_on_their_way(number), f"the letters of {number}")  # type: ignore[misc]
    except LostError as lost:
        result.problems.append(str(lost))
    with office.office.database.read() as session:
        like = story(session, control)
    found = check(office.office.database, office.client, there.mails, numbers, like)
    result.problems += found.problems
    result.note = f"{found.letters} letters, {found.repeated} arrived again under their key"
    return result
