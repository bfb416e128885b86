"""Bookmarks: no change is missed by the engine, no subject is nudged twice at once."""

from datetime import timedelta

import pytest

from models.bookmark import Bookmark
from models.vocabulary.case import Step
from models.vocabulary.people import Proof
from tasks.decide import decide
from tasks.record.act import SYSTEM, Act, Arrival, Who
from tasks.runs.bookmarks import (
    OWN_RUN_PAUSE,
    anything_behind,
    claim_behind,
    close_round,
    finish_run,
    open_round,
    refusal_of,
    want_run,
)
from tests.conftest import WANTED
from trials.harness.office import MONDAY, Office, at

# Two writers at once: SQLite lets in one at a time, so there is nothing to race there.
row_locks_only = pytest.mark.parametrize("casework", [kind for kind in WANTED if kind == "postgresql"], indirect=True)

PAUSE = timedelta(seconds=30)
SCREEN = {"petition_class": "申诉求决", "content_code": "城乡建设/物业服务"}


def waiting(office: Office) -> str:
    """A petition whose run has seen everything and waits."""
    number = office.register()
    with office.database.write() as session:
        open_round(session, number, run_id="run-1", step=Step.SCREEN, seen_seq=1, as_of=MONDAY)
    return number


def claimed(office: Office, as_of: object) -> list[str]:
    with office.database.write() as session:
        return [bookmark.subject for bookmark in claim_behind(session, as_of=as_of, limit=10, pause=PAUSE)]  # type: ignore[arg-type]


def mark(office: Office, subject: str) -> Bookmark:
    found = office.bookmark(subject)
    assert found is not None
    return found


def test_a_run_that_has_seen_everything_is_not_behind(office: Office) -> None:
    bookmark = mark(office, waiting(office))
    assert (bookmark.behind, bookmark.round, bookmark.step, bookmark.run_id) == (False, 1, Step.SCREEN, "run-1")


def test_a_decision_at_the_desk_marks_the_run_as_behind_at_once(office: Office) -> None:
    number = waiting(office)
    office.decide(number, "screen", "Z01", as_of=at(3), **SCREEN)
    bookmark = mark(office, number)
    assert (bookmark.behind, bookmark.wanted_seq, bookmark.seen_seq, bookmark.nudge_after) == (True, 2, 1, at(3))


def test_a_run_that_brought_the_answer_itself_gets_a_moment(office: Office) -> None:
    number = waiting(office)
    with office.database.write() as session:
        decide(session, number, Step.SCREEN, SCREEN, Who("Z01", Proof.NONE), Arrival(at(3), origin=number))
    assert claimed(office, at(3)) == []
    assert claimed(office, at(3) + OWN_RUN_PAUSE) == [number]


def test_a_unit_that_signs_in_marks_its_share_and_the_petition(office: Office) -> None:
    number = office.assigned()
    assert mark(office, f"{number}/1").behind is True
    office.decide(f"{number}/1", "sign_in", "L-SZJ", as_of=at(3))
    assert mark(office, f"{number}/1").wanted_seq < mark(office, number).wanted_seq


def test_a_subject_is_never_given_to_two_within_the_pause(office: Office) -> None:
    number = office.register()
    assert [claimed(office, MONDAY), claimed(office, MONDAY), claimed(office, MONDAY + PAUSE / 2)] == [[number], [], []]
    assert claimed(office, MONDAY + PAUSE) == [number]


@row_locks_only
def test_two_claimers_at_the_same_moment_get_different_subjects(office: Office) -> None:
    office.register()
    office.register()
    with office.database.write() as one, office.database.write() as other:
        first = [bookmark.subject for bookmark in claim_behind(one, as_of=MONDAY, limit=1, pause=PAUSE)]
        second = [bookmark.subject for bookmark in claim_behind(other, as_of=MONDAY, limit=5, pause=PAUSE)]
    assert sorted(first + second) == ["XF-2026-0001", "XF-2026-0002"]


@row_locks_only
def test_a_change_while_a_run_opens_its_round_is_not_lost(office: Office) -> None:
    number = office.register()
    with office.database.write() as desk:
        known = desk.get(Bookmark, number)
        with office.database.write() as engine:
            open_round(engine, number, run_id="run-1", step=Step.SCREEN, seen_seq=1, as_of=MONDAY)
        want_run(desk, number, 2, Act(actor=SYSTEM, as_of=at(3)))
    assert known is not None
    assert mark(office, number).behind is True


def test_anything_behind_agrees_with_what_can_be_claimed(office: Office) -> None:
    number = office.register()
    with office.database.read() as session:
        assert anything_behind(session, as_of=MONDAY) is True
    assert claimed(office, MONDAY) == [number]
    with office.database.read() as session:
        assert anything_behind(session, as_of=MONDAY) is False


def test_a_round_opened_too_late_stays_behind(office: Office) -> None:
    number = waiting(office)
    office.decide(number, "screen", "Z01", as_of=at(3), **SCREEN)
    with office.database.write() as session:
        open_round(session, number, run_id="run-1", step=Step.SCREEN, seen_seq=1, as_of=at(3))
    assert (mark(office, number).behind, mark(office, number).round) == (True, 2)


def test_closing_a_round_keeps_the_reason_of_a_refusal(office: Office) -> None:
    number = waiting(office)
    with office.database.write() as session:
        close_round(session, number, refusal="请填写内容分类", as_of=at(3))
    assert (mark(office, number).step, refusal_of(mark(office, number))) == (None, "请填写内容分类")


def test_a_finished_run_has_nothing_to_wait_for(office: Office) -> None:
    number = waiting(office)
    with office.database.write() as session:
        finish_run(session, number, run_id="run-1", seen_seq=1, as_of=at(3))
    bookmark = mark(office, number)
    assert (bookmark.finished, bookmark.step, bookmark.refusal_sealed, bookmark.behind) == (True, None, None, False)


def test_a_run_that_ended_before_the_newest_event_is_behind(office: Office) -> None:
    number = waiting(office)
    office.decide(number, "screen", "D01", as_of=at(3), choice="作废（登记有误）", reason="录错")
    with office.database.write() as session:
        finish_run(session, number, run_id="run-1", seen_seq=1, as_of=at(3))
    assert mark(office, number).behind is True
