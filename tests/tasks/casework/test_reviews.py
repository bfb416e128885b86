"""Reviews: asked for within the window, suspended by a hearing, and final in the end."""

from typing import Any

import pytest

from models.vocabulary.case import State
from models.vocabulary.limits import ClockState
from rules.errors import CaseworkError, TransitionRefusedError
from trials.harness.office import Office, at, day


def reported(office: Office, drafter: str = "Z01", **screening: Any) -> str:
    """A petition whose only unit's report was accepted on 23 March."""
    number = office.register()
    office.decide(number, "screen", "Z01", **({"petition_class": "申诉求决", "content_code": "城乡建设/物业服务"} | screening))
    office.decide(number, "propose", drafter, way="交办", lead="市住建局", opinion="建议交办")
    office.decide(number, "approve", "F01")
    office.decide(f"{number}/1", "sign_in", "L-SZJ", as_of=at(3))
    office.decide(f"{number}/1", "report", "L-SZJ", as_of=at(20), outcome="诉求支持", text="已修复电梯。")
    office.decide(f"{number}/1", "examine", "Z02", as_of=at(23))
    return number


def delivered(office: Office, on: str = "2026-03-24", **more: str) -> str:
    number = reported(office, **more)
    office.decide(number, "deliver", "Z01", as_of=at(25), delivered_on=on, summary="电梯已修复")
    return number


def closed(office: Office) -> str:
    number = delivered(office)
    office.decide(number, "close", "D01", as_of=at(26), settlement="化解息访")
    return number


@pytest.mark.parametrize(("on", "taken"), [(23, True), (24, False)], ids=["thirtieth day", "thirty-first day"])
def test_a_review_is_asked_for_within_the_window(office: Office, on: int, taken: bool) -> None:
    number = closed(office)
    if taken:
        office.decide(number, "archive", "Z01", as_of=at(on, month=4), choice="信访人申请复查")
    else:
        with pytest.raises(TransitionRefusedError, match="超过 30 日"):
            office.decide(number, "archive", "Z01", as_of=at(on, month=4), choice="信访人申请复查")
    assert office.petition(number).state is (State.REVIEWING if taken else State.DONE)


def test_a_review_leads_to_a_re_review_and_to_the_end(office: Office) -> None:
    number = closed(office)
    office.decide(number, "archive", "Z01", as_of=at(1, month=4), choice="信访人申请复查")
    office.decide(number, "review", "Z01", as_of=at(20, month=4), result="维持")
    assert office.clocks(number)["re_review_request"].due_on == day("2026-05-20")
    office.decide(number, "archive", "Z01", as_of=at(30, month=4), choice="信访人申请复核")
    office.decide(number, "review", "Z01", as_of=at(20, month=5), result="维持")
    assert office.petition(number).state is State.FINAL


def test_an_accusation_has_no_review(office: Office) -> None:
    assert "review_request" not in office.clocks(delivered(office, petition_class="检举控告"))


def test_marking_as_final_needs_the_director_and_a_reason(office: Office) -> None:
    number = closed(office)
    for officer, reason in (("A01", "期满未申请"), ("D01", "")):
        with pytest.raises(TransitionRefusedError):
            office.decide(number, "archive", officer, as_of=at(30, month=4), choice="认定终结", reason=reason)
    office.decide(number, "archive", "D01", as_of=at(30, month=4), choice="认定终结", reason="期满未申请复查")
    assert office.petition(number).state is State.FINAL


def re_reviewing(office: Office) -> str:
    number = closed(office)
    office.decide(number, "archive", "Z01", as_of=at(1, month=4), choice="信访人申请复查")
    office.decide(number, "review", "Z01", as_of=at(20, month=4), result="维持")
    office.decide(number, "archive", "Z01", as_of=at(4, month=5), choice="信访人申请复核")
    return number


def test_the_time_of_a_hearing_is_not_counted_in_a_re_review(office: Office) -> None:
    number = re_reviewing(office)
    before = office.clocks(number)["re_review"].due_on
    office.decide(number, "review", "D01", as_of=at(11, month=5), choice="听证：中止计时", result="定于五月举行听证")
    assert office.clocks(number)["re_review"].state is ClockState.SUSPENDED
    office.decide(number, "review", "D01", as_of=at(21, month=5), choice="听证结束：恢复计时", result="听证已结束")
    after = office.clocks(number)["re_review"]
    assert (office.petition(number).state, after.state, (after.due_on - before).days) == (
        State.RE_REVIEWING,
        ClockState.RUNNING,
        12,
    )


@pytest.mark.parametrize(
    ("officer", "answer", "said"),
    [
        pytest.param("Z01", {"choice": "听证：中止计时", "result": "听证"}, "信访办主任", id="by a clerk"),
        pytest.param("D01", {"choice": "听证：中止计时"}, "写明理由", id="without words"),
        pytest.param("D01", {"choice": "听证结束：恢复计时", "result": "已结束"}, "没有中止", id="that never began"),
    ],
)
def test_a_hearing_out_of_order_is_refused(office: Office, officer: str, answer: dict[str, str], said: str) -> None:
    number = re_reviewing(office)
    with pytest.raises(CaseworkError, match=said):
        office.decide(number, "review", officer, as_of=at(11, month=5), **answer)
