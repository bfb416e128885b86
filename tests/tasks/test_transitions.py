"""The one door: what it writes, and what it refuses without a trace."""

from typing import Any

import pytest

from models.vocabulary.case import Event, State, Step
from rules.errors import CaseworkError, TransitionRefusedError
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
