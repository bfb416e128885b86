"""A clock that was ahead and has been put back: what it wrote must not wait for a day that has not come."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from models.bookmark import Bookmark
from models.outbox_message import OutboxMessage
from models.vocabulary.papers import MessageState
from tasks.letters.outbox import anything_due, claim_due
from tasks.record.cases import find_dispatch, find_petition
from tasks.runs.bookmarks import anything_behind, claim_behind
from trials.harness.office import MONDAY, Office

TOMORROW = MONDAY + timedelta(days=1)
PAUSE = timedelta(seconds=3)
LEASE = timedelta(minutes=5)


@pytest.mark.parametrize(
    ("ahead", "claimed"),
    [
        pytest.param(timedelta(0), True, id="its time has come"),
        pytest.param(timedelta(seconds=20), False, id="its own run has a moment to go on by itself"),
        pytest.param(timedelta(minutes=50), False, id="two machines' clocks differ"),
        pytest.param(timedelta(days=1), True, id="marked by a clock that was a day ahead"),
    ],
)
def test_a_petition_that_moved_on_is_woken_however_far_ahead_the_clock_was(
    office: Office, ahead: timedelta, claimed: bool
) -> None:
    number = office.register()
    with office.database.write() as session:
        session.get_one(Bookmark, number).nudge_after = MONDAY + ahead
    with office.database.write() as session:
        assert anything_behind(session, as_of=MONDAY) is claimed
        assert [mark.subject for mark in claim_behind(session, as_of=MONDAY, limit=9, pause=PAUSE)] == [number] * claimed
    with office.database.write() as session:
        assert not claim_behind(session, as_of=MONDAY, limit=9, pause=PAUSE)


def _leased(ahead: timedelta) -> Callable[[OutboxMessage], None]:
    def change(letter: OutboxMessage) -> None:
        letter.state, letter.next_try_at = MessageState.SENDING, MONDAY + ahead

    return change


def _put_off(ahead: timedelta, *, office_hours: bool = False) -> Callable[[OutboxMessage], None]:
    def change(letter: OutboxMessage) -> None:
        letter.next_try_at, letter.office_hours = MONDAY + ahead, office_hours

    return change


@pytest.mark.parametrize(
    ("change", "due"),
    [
        pytest.param(_leased(LEASE), False, id="leased to another sender"),
        pytest.param(_leased(timedelta(days=1)), True, id="leased by a clock that was a day ahead"),
        pytest.param(_put_off(timedelta(hours=6)), False, id="put off after many failures"),
        pytest.param(_put_off(timedelta(days=1)), True, id="put off by a clock that was a day ahead"),
        pytest.param(_put_off(timedelta(days=3), office_hours=True), False, id="kept until the office opens after a holiday"),
    ],
)
def test_a_letter_leaves_however_far_ahead_the_clock_was(
    office: Office, change: Callable[[OutboxMessage], None], due: bool
) -> None:
    number = office.register()
    _change_letters(office, number, change)
    assert _is_due(office, as_of=MONDAY) is due


def test_a_letter_written_tomorrow_leaves_today(office: Office) -> None:
    office.register(as_of=TOMORROW)
    assert _is_due(office, as_of=MONDAY)


def _change_letters(office: Office, number: str, change: Callable[[OutboxMessage], None]) -> None:
    ids = [letter.id for letter in office.letters(number)]
    assert ids
    with office.database.write() as session:
        for letter_id in ids:
            change(session.get_one(OutboxMessage, letter_id))


def _is_due(office: Office, *, as_of: datetime) -> bool:
    with office.database.write() as session:
        told = anything_due(session, as_of=as_of)
        assert bool(claim_due(session, as_of=as_of, limit=9, lease=LEASE)) is told
        return told


def test_a_unit_may_act_today_on_what_was_sent_tomorrow(office: Office) -> None:
    number = office.assigned()
    with office.database.write() as session:
        find_dispatch(session, find_petition(session, number), 1).sent_on = TOMORROW.date()
    assert office.decide(f"{number}/1", "sign_in", "L-SZJ", choice="签收")
