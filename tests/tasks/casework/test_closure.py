"""Feedback and closure: delivery, the closing checklist, withdrawal, archive and review."""

from typing import Any

import pytest

from models.vocabulary.case import DispatchState, State
from models.vocabulary.limits import ClockState
from models.vocabulary.papers import Letter, Retention
from rules.errors import CaseworkError, TransitionRefusedError
from tasks.casework.closure import close, gaps_of
from tasks.record.cases import lock_case
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


def test_the_thirty_days_start_on_the_day_of_delivery(office: Office) -> None:
    clock = office.clocks(delivered(office))["review_request"]
    assert (clock.starts_on, clock.due_on, clock.owner.value) == (day("2026-03-24"), day("2026-04-23"), "petitioner")


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        pytest.param({"delivered_on": ""}, "送达日期", id="no day"),
        pytest.param({"delivered_on": "2026-03-26"}, "晚于今天", id="tomorrow"),
        pytest.param({"delivered_on": "上周"}, "不是有效日期", id="unreadable"),
        pytest.param({"delivered_on": "2026-02-30"}, "不是有效日期", id="no such day"),
        pytest.param({"delivered_on": "2026-03-01"}, "早于", id="before the receipt"),
        pytest.param({"way": "无法送达", "delivered_on": ""}, "写明理由", id="impossible without reason"),
        pytest.param({"way": "飞鸽传书"}, "没有“飞鸽传书”", id="unknown way"),
    ],
)
def test_an_unproved_delivery_is_refused(office: Office, answer: dict[str, str], said: str) -> None:
    number = reported(office)
    with pytest.raises(CaseworkError, match=said):
        office.decide(number, "deliver", "Z01", as_of=at(25), **answer)
    assert office.petition(number).state is State.DELIVERING


def test_an_impossible_delivery_starts_no_thirty_days(office: Office) -> None:
    number = reported(office)
    office.decide(number, "deliver", "Z01", as_of=at(25), way="无法送达", reason="地址不详，邮件退回")
    assert office.petition(number).delivered_on is None
    assert "review_request" not in office.clocks(number)


def test_a_delivery_that_was_sent_back_counts_anew(office: Office) -> None:
    number = delivered(office)
    office.decide(number, "close", "D01", as_of=at(26), choice="退回补充答复", opinion="请附送达回证")
    assert office.clocks(number)["review_request"].state is ClockState.STOPPED
    office.decide(number, "deliver", "Z01", as_of=at(27), delivered_on="2026-03-27")
    assert office.clocks(number)["review_request"].due_on == day("2026-04-27")


def test_the_gaps_are_listed_in_chinese(office: Office) -> None:
    number = office.assigned()
    with office.database.write() as session:
        gaps = gaps_of(lock_case(session, number))
    assert gaps == ("没有办理结论", "没有答复或办结报告", "没有送达记录")


def test_closing_names_what_is_missing(office: Office) -> None:
    number = reported(office)
    with pytest.raises(TransitionRefusedError, match="不能结案"), office.database.write() as session:
        close(lock_case(session, number), act=office.act(session, "D01", at(25)), opinion="同意")


def test_the_drafter_cannot_close(office: Office) -> None:
    number = delivered(office, drafter="D01")
    with pytest.raises(TransitionRefusedError, match="拟办人不得自行结案"):
        office.decide(number, "close", "D01", as_of=at(26))


def test_whoever_answered_on_the_spot_cannot_close_alone(office: Office) -> None:
    number = office.register()
    office.decide(
        number,
        "screen",
        "D01",
        choice="当场答复（即接即办）",
        petition_class="申诉求决",
        content_code="政法/户籍管理",
        answer="已告知",
    )
    with pytest.raises(TransitionRefusedError):
        office.decide(number, "close", "D01")


def test_a_clerk_cannot_close(office: Office) -> None:
    with pytest.raises(TransitionRefusedError, match="信访办主任"):
        office.decide(delivered(office), "close", "Z02", as_of=at(26))


def test_closing_stops_the_office_clocks_and_starts_the_archive(office: Office) -> None:
    number = closed(office)
    running = {key for key, clock in office.clocks(number).items() if clock.state is ClockState.RUNNING}
    assert running == {"archive", "review_request"}
    assert office.petition(number).settlement == "settled"


def test_withdrawing_calls_the_open_shares_back(office: Office) -> None:
    number = office.assigned("市住建局", "某街道办事处")
    office.decide(f"{number}/1", "sign_in", "L-SZJ", as_of=at(3))
    office.decide(number, "oversee", "Z01", as_of=at(4), choice="信访人书面撤回", text="信访人书面撤回")
    assert {share.state for share in office.shares(number)} == {DispatchState.RECALLED}
    assert office.petition(number).state is State.WITHDRAWN
    assert [letter.letter for letter in office.letters(number)].count(Letter.RECALL_LETTER) == 2
    assert {key for key, clock in office.clocks(number).items() if clock.state is ClockState.RUNNING} == {"archive"}


def test_the_archive_waits_for_the_letters(office: Office) -> None:
    number = closed(office)
    with pytest.raises(TransitionRefusedError, match="份函件未发出"):
        office.decide(number, "archive", "A01", as_of=at(27))
    office.send_letters(as_of=at(27))
    office.decide(number, "archive", "A01", as_of=at(27))
    petition = office.petition(number)
    assert (petition.state, petition.archived_on, petition.retention) == (
        State.ARCHIVED,
        day("2026-03-27"),
        Retention.THIRTY_YEARS,
    )


@pytest.mark.parametrize(("written", "kept"), [("永久", Retention.PERMANENT), ("10年", Retention.TEN_YEARS)])
def test_the_archivist_may_choose_the_retention(office: Office, written: str, kept: Retention) -> None:
    number = closed(office)
    office.send_letters(as_of=at(27))
    office.decide(number, "archive", "A01", as_of=at(27), retention=written)
    assert office.petition(number).retention is kept


def test_an_unknown_retention_is_refused_with_the_choices(office: Office) -> None:
    number = closed(office)
    office.send_letters(as_of=at(27))
    with pytest.raises(CaseworkError, match="可选：永久"):
        office.decide(number, "archive", "A01", as_of=at(27), retention="五百年")


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
