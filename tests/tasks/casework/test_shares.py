"""Handling: what units do with their shares, and how the petition and its clocks follow."""

from typing import Any

import pytest

from models.vocabulary.case import DispatchState, Event, Outcome, State, Step
from models.vocabulary.limits import ClockState
from models.vocabulary.papers import Letter
from rules.errors import AnswerRefusedError, CaseworkError, TransitionRefusedError
from rules.grounds import EXAMINATION_CHECKS
from trials.harness.office import Office, at, day


def signed(office: Office, *units: str, **paper: Any) -> str:
    """An assigned petition whose units signed in on 3 March."""
    number = office.assigned(*units, **paper)
    for share, code in zip(office.shares(number), ("L-SZJ", "L-JDB"), strict=False):
        office.decide(f"{number}/{share.position}", "sign_in", code, as_of=at(3))
    return number


def report(office: Office, share: str, officer: str = "L-SZJ", outcome: str = "诉求支持", on: int = 20) -> None:
    office.decide(share, "report", officer, as_of=at(on), outcome=outcome, text="已修复电梯。", told="已当面告知")


def accept(office: Office, share: str, on: int = 23) -> None:
    office.decide(share, "examine", "Z02", as_of=at(on))


def object_to(office: Office, share: str, officer: str = "L-SZJ", on: int = 4, step: str = "report") -> None:
    why = {"reason" if step == "sign_in" else "text": "不属于本单位职责"}
    office.decide(share, step, officer, as_of=at(on), choice="提出异议（退回）", **why)


def ask_for_more(office: Office, share: str, days: str = "10", *, month: int = 4, on: int = 20, **answer: str) -> None:
    known = {"choice": "申请延期", "days": days, "approver": "局长", "text": "需要鉴定"}
    office.decide(share, "report", "L-SZJ", as_of=at(on, month=month), **(known | answer))


def referred(office: Office, *units: str) -> str:
    """A petition that was referred (转送)."""
    number = office.register()
    lead, *others = units
    office.decide(number, "screen", "Z01", petition_class="申诉求决", content_code="城乡建设/物业服务")
    office.decide(number, "propose", "Z01", way="转送", lead=lead, co_handling="、".join(others), opinion="建议转送")
    office.decide(number, "approve", "D01")
    return number


def test_signing_in_starts_the_unit_clocks(office: Office) -> None:
    clocks = office.clocks(signed(office))
    assert {key: clocks[key].due_on for key in ("objection", "assign")} == {
        "objection": day("2026-03-10"),
        "assign": day("2026-05-06"),
    }
    assert (clocks["assign"].starts_on, clocks["assign"].raw_due_on) == (day("2026-03-03"), day("2026-05-02"))


@pytest.mark.parametrize("units", [("市住建局",), ("市住建局", "某街道办事处")], ids=["one unit", "two units"])
def test_each_unit_has_clocks_of_its_own(office: Office, units: tuple[str, ...]) -> None:
    number = signed(office, *units)
    state = State.HANDLING if len(units) == 1 else State.JOINT_HANDLING
    assert (office.petition(number).state, len([e for e in office.events(number) if e.event is Event.SIGN_IN])) == (
        state,
        len(units),
    )


@pytest.mark.parametrize(("on", "late"), [(10, False), (11, True)], ids=["fifth working day", "sixth working day"])
def test_a_late_objection_is_taken_and_marked(office: Office, on: int, late: bool) -> None:
    number = signed(office)
    object_to(office, f"{number}/1", on=on)
    said = next(event for event in office.events(number) if event.event is Event.OBJECT)
    assert (said.facts["late"], office.petition(number).state) == (late, State.RETURN_REQUESTED)


def test_an_objection_needs_a_reason(office: Office) -> None:
    number = office.assigned()
    with pytest.raises(TransitionRefusedError, match="写明理由"):
        office.decide(f"{number}/1", "sign_in", "L-SZJ", choice="提出异议（退回）")


def test_an_upheld_objection_leads_back_to_the_proposal(office: Office) -> None:
    number = signed(office)
    object_to(office, f"{number}/1")
    office.decide(f"{number}/1", "decide_objection", "D01", as_of=at(5), reason="确非其职责")
    assert (office.waits_at(number), office.shares(number)[0].state) == (Step.PROPOSE, DispatchState.RETURNED)
    assert office.clocks(number)["assign"].state is ClockState.STOPPED


def test_an_overruled_objection_keeps_the_due_date(office: Office) -> None:
    number = signed(office)
    before = office.clocks(number)["assign"]
    object_to(office, f"{number}/1")
    office.decide(f"{number}/1", "decide_objection", "D01", as_of=at(6), choice="不同意", reason="属于其职责")
    office.decide(f"{number}/1", "sign_in", "L-SZJ", as_of=at(9))
    after = office.clocks(number)["assign"]
    assert (after.id, after.due_on, office.petition(number).state) == (before.id, before.due_on, State.HANDLING)


def test_an_overruled_objection_opens_no_second_window(office: Office) -> None:
    number = signed(office)
    object_to(office, f"{number}/1")
    office.decide(f"{number}/1", "decide_objection", "D01", as_of=at(6), choice="不同意", reason="属于其职责")
    office.decide(f"{number}/1", "sign_in", "L-SZJ", as_of=at(18))
    object_to(office, f"{number}/1", on=20)
    assert [event.facts["late"] for event in office.events(number) if event.event is Event.OBJECT] == [False, True]


def test_the_petitioner_is_told_once_who_handles_the_matter(office: Office) -> None:
    number = signed(office)
    object_to(office, f"{number}/1")
    office.decide(f"{number}/1", "decide_objection", "D01", as_of=at(6), choice="不同意", reason="属于其职责")
    office.decide(f"{number}/1", "sign_in", "L-SZJ", as_of=at(9))
    assert [letter.letter for letter in office.letters(number)].count(Letter.ACCEPTANCE_NOTICE) == 1


def test_a_petition_whose_lead_unit_gave_its_share_back_can_still_be_closed(office: Office) -> None:
    number = signed(office, "市住建局", "某街道办事处")
    object_to(office, f"{number}/1")
    office.decide(f"{number}/1", "decide_objection", "D01", as_of=at(5), reason="确非其职责")
    report(office, f"{number}/2", "L-JDB")
    accept(office, f"{number}/2")
    office.decide(number, "deliver", "Z01", as_of=at(24), delivered_on="2026-03-24", summary="已修复")
    office.decide(number, "close", "D01", as_of=at(25))
    assert office.petition(number).state is State.DONE


def test_an_extension_is_counted_from_the_original_start(office: Office) -> None:
    number = signed(office)
    ask_for_more(office, f"{number}/1")
    assert office.petition(number).state is State.EXTENSION_REQUESTED
    office.decide(f"{number}/1", "decide_extension", "D01", as_of=at(21, month=4))
    clock = office.clocks(number)["assign"]
    assert (clock.raw_due_on, clock.due_on, clock.extended_days) == (day("2026-05-12"), day("2026-05-12"), 10)


@pytest.mark.parametrize(
    ("days", "more", "said"),
    [
        pytest.param("31", {}, "1 至 30 日", id="over the cap"),
        pytest.param("0", {}, "1 至 30 日", id="nought"),
        pytest.param("十天", {}, "不是整数", id="in words"),
        pytest.param("①", {}, "不是整数", id="a circled digit"),
        pytest.param("10", {"approver": ""}, "负责人", id="no approver"),
        pytest.param("10", {"text": ""}, "写明理由", id="no reason"),
        pytest.param("10", {"month": 5, "on": 7}, "已过", id="after expiry"),
    ],
)
def test_an_extension_that_the_rules_forbid_is_refused(office: Office, days: str, more: dict[str, Any], said: str) -> None:
    number = signed(office)
    with pytest.raises(CaseworkError, match=said):
        ask_for_more(office, f"{number}/1", days, **more)
    assert office.waits_at(f"{number}/1") is Step.REPORT


def test_an_extension_is_granted_once(office: Office) -> None:
    number = signed(office)
    ask_for_more(office, f"{number}/1")
    office.decide(f"{number}/1", "decide_extension", "D01", as_of=at(21, month=4))
    with pytest.raises(TransitionRefusedError, match="不得再次延期"):
        ask_for_more(office, f"{number}/1", on=22)


def test_a_refused_extension_moves_nothing(office: Office) -> None:
    number = signed(office)
    before = office.clocks(number)["assign"].due_on
    ask_for_more(office, f"{number}/1")
    office.decide(f"{number}/1", "decide_extension", "D01", as_of=at(21, month=4), choice="不同意", reason="理由不足")
    assert (office.clocks(number)["assign"].due_on, office.petition(number).state) == (before, State.HANDLING)


def with_letter_limit(office: Office, petition_class: str, limit_on: str) -> str:
    number = office.register()
    office.decide(number, "screen", "Z01", petition_class=petition_class, content_code="城乡建设/物业服务")
    office.decide(number, "propose", "Z01", way="交办", lead="市住建局", opinion="建议交办", limit_on=limit_on)
    office.decide(number, "approve", "F01")
    office.decide(f"{number}/1", "sign_in", "L-SZJ", as_of=at(3))
    return number


@pytest.mark.parametrize(
    ("kind", "limit", "due"),
    [("建议意见", "", None), ("建议意见", "2026-04-01", "2026-04-01"), ("申诉求决", "2026-03-25", "2026-03-25")],
)
def test_a_suggestion_has_no_handling_clock_but_the_letters_own_limit(
    office: Office, kind: str, limit: str, due: str | None
) -> None:
    clock = office.clocks(with_letter_limit(office, kind, limit)).get("assign")
    assert (clock.due_on if clock else None) == (day(due) if due else None)


def test_an_extension_of_the_letters_own_limit_is_counted_from_that_limit(office: Office) -> None:
    number = with_letter_limit(office, "申诉求决", "2026-03-25")
    ask_for_more(office, f"{number}/1", month=3, on=20)
    office.decide(f"{number}/1", "decide_extension", "D01", as_of=at(21))
    assert office.clocks(number)["assign"].raw_due_on == day("2026-04-04")


def test_what_has_no_limit_cannot_be_extended(office: Office) -> None:
    number = with_letter_limit(office, "建议意见", "")
    with pytest.raises(CaseworkError):
        ask_for_more(office, f"{number}/1", month=3, on=20)


def test_a_report_needs_its_findings_and_starts_the_examination(office: Office) -> None:
    number = signed(office)
    with pytest.raises(TransitionRefusedError, match="办结报告"):
        office.decide(f"{number}/1", "report", "L-SZJ", as_of=at(20), text="")
    report(office, f"{number}/1")
    assert (office.petition(number).state, office.clocks(number)["report_examination"].due_on) == (
        State.REPORTED,
        day("2026-03-27"),
    )


def test_the_units_limit_ends_with_its_report_and_not_with_the_examination(office: Office) -> None:
    number = signed(office)
    report(office, f"{number}/1")
    accept(office, f"{number}/1")
    assert office.clocks(number)["assign"].stopped_on == day("2026-03-20")


def test_doing_it_again_is_counted_and_leaves_the_due_date(office: Office) -> None:
    number = signed(office)
    before = office.clocks(number)["assign"].due_on
    for on in (16, 20):
        report(office, f"{number}/1", on=on)
        office.decide(f"{number}/1", "examine", "Z02", as_of=at(on), choice="退回重办", failed="事实清楚", reason="请补充照片")
    assert (office.shares(number)[0].redos, office.petition(number).state) == (2, State.HANDLING)
    assert (office.clocks(number)["assign"].due_on, office.clocks(number)["assign"].state) == (before, ClockState.RUNNING)


@pytest.mark.parametrize("check", EXAMINATION_CHECKS)
def test_a_report_that_fails_one_of_the_six_checks_is_not_accepted(office: Office, check: str) -> None:
    number = signed(office)
    report(office, f"{number}/1")
    with pytest.raises(TransitionRefusedError, match=check):
        office.decide(f"{number}/1", "examine", "Z02", as_of=at(23), failed=check)


def test_an_unknown_check_is_named_with_the_six(office: Office) -> None:
    number = signed(office)
    report(office, f"{number}/1")
    with pytest.raises(AnswerRefusedError, match="没有审查项目“字迹工整”，可填：程序合规"):
        office.decide(f"{number}/1", "examine", "Z02", as_of=at(23), failed="字迹工整")


def test_all_reports_accepted_leads_to_delivery_with_the_leads_outcome(office: Office) -> None:
    number = signed(office, "市住建局", "某街道办事处")
    report(office, f"{number}/1", outcome="部分支持")
    assert office.petition(number).state is State.JOINT_HANDLING
    report(office, f"{number}/2", "L-JDB", outcome="解释说明")
    accept(office, f"{number}/2")
    assert office.petition(number).state is State.REPORTED
    accept(office, f"{number}/1")
    assert (office.petition(number).state, office.petition(number).outcome) == (State.DELIVERING, Outcome.PARTLY_SUPPORTED)


@pytest.mark.parametrize("officer", ["L-SGA", "Z01", "D01"])
def test_only_the_units_own_liaison_signs_in(office: Office, officer: str) -> None:
    number = office.assigned()
    with pytest.raises(TransitionRefusedError, match="联络员"):
        office.decide(f"{number}/1", "sign_in", officer)


def test_a_referral_needs_no_report_and_closes_after_sign_in(office: Office) -> None:
    number = referred(office, "市住建局", "某街道办事处")
    office.decide(f"{number}/1", "sign_in", "L-SZJ", as_of=at(3))
    assert office.petition(number).state is State.REFERRED
    office.decide(f"{number}/2", "sign_in", "L-JDB", as_of=at(3))
    assert (office.waits_at(number), office.waits_at(f"{number}/1")) == (Step.CLOSE, None)
    office.decide(number, "close", "D01", as_of=at(4))
    assert (office.petition(number).outcome, set(office.clocks(number))) == (
        Outcome.REFERRED,
        {"divert", "notify", "sign_in", "close", "archive"},
    )


@pytest.mark.parametrize("answer", [{"choice": "不同意"}, {"choice": "同意"}], ids=["overruled", "upheld"])
def test_a_referral_goes_on_after_an_objection(office: Office, answer: dict[str, str]) -> None:
    number = referred(office, "市住建局", "某街道办事处")
    object_to(office, f"{number}/1", step="sign_in")
    office.decide(f"{number}/1", "decide_objection", "D01", as_of=at(5), reason="已核实", **answer)
    office.decide(f"{number}/2", "sign_in", "L-JDB", as_of=at(6))
    if office.waits_at(f"{number}/1"):
        office.decide(f"{number}/1", "sign_in", "L-SZJ", as_of=at(6))
    assert office.petition(number).state is State.CLOSING


def test_an_objecting_unit_leaves_a_referral_a_referral(office: Office) -> None:
    number = referred(office, "市住建局")
    object_to(office, f"{number}/1", step="sign_in")
    office.decide(f"{number}/1", "decide_objection", "D01", as_of=at(5), choice="不同意", reason="属于其职责")
    assert office.petition(number).state is State.REFERRED
