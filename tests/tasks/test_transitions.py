"""The one door: what it writes, and what it refuses without a trace."""

from typing import Any

import pytest

from models.vocabulary.case import DispatchState, Event, State, Step
from rules.errors import CaseworkError, TransitionRefusedError
from rules.lifecycle.row import Transition
from trials.harness.office import Office, at


def test_an_assigned_petition_has_one_share_per_unit_and_a_letter_for_each(office: Office) -> None:
    number = office.assigned("市住建局", "某街道办事处")
    assert office.petition(number).state is State.ASSIGNED
    assert [share.letter_no for share in office.shares(number)] == ["市人信交〔2026〕1号", "市人信交〔2026〕2号"]
    assert [letter.letter.value for letter in office.letters(number)].count("assignment_letter_to_unit") == 2


def test_the_petition_follows_its_units(office: Office) -> None:
    number = office.assigned("市住建局", "某街道办事处")
    office.decide(f"{number}/1", "sign_in", "L-SZJ", as_of=at(3))
    assert office.petition(number).state is State.ASSIGNED
    office.decide(f"{number}/2", "sign_in", "L-JDB", as_of=at(3))
    assert office.petition(number).state is State.JOINT_HANDLING


def test_a_refused_answer_leaves_no_trace(office: Office) -> None:
    number = office.register()
    before = office.petition(number).model_dump()
    with pytest.raises(TransitionRefusedError):
        office.decide(number, "screen", "L-SZJ", petition_class="申诉求决", content_code="x")
    assert office.petition(number).model_dump() == before
    assert [event.event for event in office.events(number)] == [Event.REGISTER]


def test_a_decision_made_twice_is_refused_with_who_and_when(office: Office) -> None:
    number = office.register()
    office.decide(number, "screen", "Z01", petition_class="申诉求决", content_code="x")
    with pytest.raises(CaseworkError, match=r"已经办过.*Z01"):
        office.decide(number, "screen", "Z01", petition_class="申诉求决", content_code="x")


def test_the_same_decision_key_is_applied_once(office: Office) -> None:
    number = office.register()
    answer: dict[str, Any] = {"petition_class": "申诉求决", "content_code": "x", "key": "run:screen:1"}
    assert office.decide(number, "screen", "Z01", **answer) is True
    assert office.decide(number, "screen", "Z01", **answer) is False
    assert office.waits_at(number) is Step.PROPOSE


@pytest.mark.parametrize(
    ("row", "lands_at"),
    [
        pytest.param("petition", DispatchState.HANDLING, id="a petition moved to a share's state"),
        pytest.param("share", State.ASSIGNED, id="a share moved to a petition's state"),
    ],
)
def test_a_state_of_the_other_table_is_a_fault_and_signs_nothing(
    office: Office, monkeypatch: pytest.MonkeyPatch, row: str, lands_at: State | DispatchState
) -> None:
    number = office.assigned("市住建局")
    before = len(office.events(number))
    monkeypatch.setattr(Transition, "leads_to", lambda *_: lands_at)
    subject, step, who = (number, "oversee", "Z01") if row == "petition" else (f"{number}/1", "sign_in", "L-SZJ")
    answer = {"choice": "电话催办", "text": "x"} if row == "petition" else {}
    with pytest.raises(TypeError, match="cannot stand at"):
        office.decide(subject, step, who, as_of=at(3), **answer)
    assert len(office.events(number)) == before
