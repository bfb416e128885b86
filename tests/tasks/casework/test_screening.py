"""Screening: a petition goes on, is answered at once, joins another, is detached again, or is void."""

from typing import Any

import pytest

from models.vocabulary.case import Channel, Event, Relation, State
from models.vocabulary.limits import ClockState
from models.vocabulary.papers import Letter
from rules.errors import CaseworkError, TransitionRefusedError, UnknownCaseError
from tasks.casework.drafts import Registration, register_now
from trials.harness.office import MONDAY, Office, at, day, told_by


def screened(office: Office, number: str, **answer: Any) -> None:
    office.decide(number, "screen", "Z01", **({"petition_class": "申诉求决", "content_code": "城乡建设/物业服务"} | answer))


def attached(office: Office) -> tuple[str, str]:
    first = office.assigned("市住建局")
    repeat = office.register(as_of=at(9))
    office.decide(repeat, "screen", "Z01", as_of=at(9), choice="并入原信访件（重件）", parent_number=first)
    return first, repeat


def test_an_attached_repeat_has_no_second_clock(office: Office) -> None:
    _, repeat = attached(office)
    petition = office.petition(repeat)
    assert (petition.state, petition.relation) == (State.ATTACHED, Relation.REPEAT)
    assert {clock.state for clock in office.clocks(repeat).values()} == {ClockState.STOPPED}


def test_the_first_petition_gets_a_line_and_its_unit_an_alert(office: Office) -> None:
    first, repeat = attached(office)
    assert (office.events(first)[-1].event, told_by(office.events(first)[-1])) == (Event.ANNOTATE, {"repeat": repeat})
    assert [letter.addressee for letter in office.letters(repeat) if letter.letter is Letter.REPEAT_ALERT] == ["市住建局"]


@pytest.mark.parametrize(("parent", "said"), [("", "请填写原信访件"), ("XF-2026-0099", "没有编号"), ("XF-2026-0001", "不能并入")])
def test_a_repeat_needs_another_petition_that_exists(office: Office, parent: str, said: str) -> None:
    number = office.register()
    with pytest.raises(UnknownCaseError, match=said):
        office.decide(number, "screen", "Z01", choice="并入原信访件（重件）", parent_number=parent)


@pytest.mark.parametrize("choice", ["转入拟办", "当场答复（即接即办）"])
def test_a_linked_petition_names_another_one_that_exists(office: Office, choice: str) -> None:
    number = office.register()
    for parent in (number, "XF-2026-0099"):
        with pytest.raises(CaseworkError):
            screened(office, number, choice=choice, relation="关联件", parent_number=parent, answer="已答复")


def test_an_answer_on_the_spot_keeps_the_link(office: Office) -> None:
    first, second = office.register(), office.register()
    screened(office, second, choice="当场答复（即接即办）", relation="关联件", parent_number=first, answer="已答复")
    assert office.petition(second).parent_id == office.petition(first).id


def test_a_closed_petition_takes_no_repeats(office: Office) -> None:
    first = office.register()
    screened(office, first, choice="当场答复（即接即办）", answer="已告知")
    office.decide(first, "close", "D01")
    with pytest.raises(TransitionRefusedError, match="请登记为关联件"):
        office.decide(office.register(), "screen", "Z01", choice="并入原信访件（重件）", parent_number=first)


def test_a_detached_petition_goes_its_own_way_counted_from_its_own_receipt(office: Office) -> None:
    _, repeat = attached(office)
    office.decide(repeat, "detach", "D01", as_of=at(12), choice="撤销并案", reason="并非同一事项")
    assert office.petition(repeat).state is State.PROPOSING
    clock = office.clocks(repeat)["divert"]
    assert (clock.state, clock.starts_on) == (ClockState.RUNNING, day("2026-03-09"))


def test_an_archivist_cannot_detach(office: Office) -> None:
    _, repeat = attached(office)
    with pytest.raises(TransitionRefusedError, match="信访办主任"):
        office.decide(repeat, "detach", "A01", choice="撤销并案", reason="并非同一事项")


@pytest.mark.parametrize(("officer", "reason", "said"), [("Z02", "录错", "信访办主任"), ("D01", "", "写明理由")])
def test_voiding_needs_the_director_and_a_reason(office: Office, officer: str, reason: str, said: str) -> None:
    number = office.register()
    with pytest.raises(CaseworkError, match=said):
        office.decide(number, "screen", officer, choice="作废（登记有误）", reason=reason)


def test_the_registrar_cannot_void_alone_and_the_number_stays_used(office: Office) -> None:
    with office.database.write() as session:
        own, _ = register_now(
            session,
            Registration(channel=Channel.LETTER, receipt_on=MONDAY.date()),
            key="own",
            act=office.act(session, "D01", MONDAY),
        )
    with pytest.raises(TransitionRefusedError, match="以外的人员"):
        office.decide(str(own.number), "screen", "D01", choice="作废（登记有误）", reason="录错")
    voided = office.register()
    office.decide(voided, "screen", "D01", choice="作废（登记有误）", reason="录错")
    assert (office.petition(voided).state, office.register()) == (State.VOID, "XF-2026-0003")


def test_an_answer_on_the_spot_closes_the_short_way(office: Office) -> None:
    number = office.register(channel=Channel.CALL)
    screened(office, number, choice="当场答复（即接即办）", answer="已告知办理地点和材料。")
    office.decide(number, "close", "D01", as_of=at(2, 10), opinion="同意")
    assert [event.event for event in office.events(number)] == [Event.REGISTER, Event.ANSWER_ON_SPOT, Event.CLOSE]
    assert office.petition(number).closed_on == day("2026-03-02")


def test_an_answer_on_the_spot_needs_its_words(office: Office) -> None:
    number = office.register()
    with pytest.raises(TransitionRefusedError, match="答复内容"):
        screened(office, number, choice="当场答复（即接即办）", answer=" ")
