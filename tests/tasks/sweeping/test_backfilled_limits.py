"""Cases from before: they get the limits that this version knows, counted from today, once."""

from typing import Any

import pytest
from sqlmodel import col, delete, select

from models.clock import Clock
from models.vocabulary.case import Flag
from models.vocabulary.limits import ClockState
from tasks.sweeping.backfilled_limits import REASON, complete_limits
from trials.harness.office import Office, at, day


def without_limits(office: Office, number: str, *keys: str) -> str:
    """Make a case as an earlier version left it: without the limits that it did not know."""
    with office.database.write() as session:
        ids = session.exec(
            select(Clock.id).where(Clock.petition_id == office.petition(number).id, col(Clock.rule_key).in_(keys))
        ).all()
        session.exec(delete(Clock).where(col(Clock.id).in_(ids)))
    return number


def complete(office: Office, *, on: int = 20) -> int:
    with office.database.write() as session:
        return complete_limits(session, as_of=at(on))


def handled(office: Office, **paper: Any) -> str:
    number = office.assigned("市住建局", **paper)
    office.decide(f"{number}/1", "sign_in", "L-SZJ", as_of=at(3))
    return number


def delivered(office: Office) -> str:
    number = handled(office)
    office.decide(f"{number}/1", "report", "L-SZJ", as_of=at(9), text="已办结")
    office.decide(f"{number}/1", "examine", "Z02", as_of=at(10))
    return number


@pytest.mark.parametrize(
    ("make", "key", "due"),
    [
        pytest.param(lambda office: office.assigned("市住建局"), "sign_in", "2026-03-25", id="papers nobody has signed for"),
        pytest.param(delivered, "deliver", "2026-04-07", id="an answer on its way"),
    ],
)
def test_a_case_gets_the_limit_it_lacks_counted_from_today(office: Office, make: object, key: str, due: str) -> None:
    number = without_limits(office, make(office), key)  # type: ignore[operator]
    assert complete(office) == 1
    clock = office.clocks(number)[key]
    assert (clock.due_on, clock.state, clock.start_reason) == (day(due), ClockState.RUNNING, REASON)
    assert clock.next_rung_at is not None


def test_doing_it_twice_changes_nothing(office: Office) -> None:
    without_limits(office, office.assigned("市住建局"), "sign_in")
    assert (complete(office), complete(office, on=21)) == (1, 0)


def test_a_case_of_this_version_lacks_nothing(office: Office) -> None:
    office.register()
    handled(office)
    delivered(office)
    assert complete(office) == 0


def test_a_row_of_an_old_ledger_gets_no_limit(office: Office) -> None:
    office.register(flags=frozenset({Flag.HISTORIC}))
    assert complete(office) == 0


def test_an_old_limit_is_explained_and_not_moved(office: Office) -> None:
    number = handled(office)
    before = office.clocks(number)["assign"]
    with office.database.write() as session:
        session.get_one(Clock, before.id).why = []
    complete(office)
    after = office.clocks(number)["assign"]
    assert (after.due_on, after.why) == (before.due_on, before.why)
