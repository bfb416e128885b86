"""The oversee form: reports upwards, answers that come in, limits that stand still, and what meetings and promises start."""

from typing import Any

import pytest
from sqlmodel import col, select

from models.clock import Clock, Suspension
from models.urging import Supervision
from models.vocabulary.case import Event, Step
from models.vocabulary.limits import ClockState, PauseGround
from rules.errors import CaseworkError
from tasks.reading.casefile import case_file, form_description
from tasks.record.cases import clocks_of, find_petition
from tasks.sweeping.sweep import sweep
from tests.conftest import WANTED
from trials.harness.office import Office, at, day

# What is asked and answered is the same on every database; what is written and looked up is tried on each.
once = pytest.mark.parametrize("casework", WANTED[:1], indirect=True)

LAW = "某市信访条例 第一条"
TO_LEADER = {"choice": "报告分管副主任", "text": "久拖未办"}
TO_CHAIRS = {"choice": "提请主任会议", "text": "久拖未办"}
REPLY = {"choice": "登记反馈（督办、承诺、会议任务）", "text": "已书面说明"}
SUSPEND = {"choice": "中止计时", "text": "委托鉴定", "basis": LAW}
RESUME = {"choice": "恢复计时", "text": "已鉴定"}
MEETING = {"choice": "召开协调会", "text": "现场协调会"}
CALL = {"choice": "电话催办", "text": "询问进度"}
SUPERVISE = {"choice": "督办", "ground": "推诿、敷衍、拖延", "text": "请说明原因"}


def signed(office: Office, *others: str) -> str:
    """Assigned on 2 March and signed by all on the 3rd: sixty days end on 6 May."""
    number = office.assigned("市住建局", *others)
    for share, liaison in zip(office.shares(number), ("L-SZJ", "L-JDB"), strict=False):
        office.decide(f"{number}/{share.position}", "sign_in", liaison, as_of=at(3))
    return number


def oversee(
    office: Office, number: str, answer: dict[str, str], *, officer: str = "Z01", on: int = 10, month: int = 3, **more: str
) -> None:
    office.decide(number, "oversee", officer, as_of=at(on, month=month), **(answer | more))


def clocks(office: Office, number: str, rule: str) -> list[Clock]:
    """All limits of one kind, oldest first."""
    with office.database.read() as session:
        return [clock for clock in clocks_of(session, find_petition(session, number)) if clock.rule_key == rule]


def clock_no(office: Office, number: str, rule: str = "assign") -> str:
    return str(office.clocks(number)[rule].number)


def states(office: Office, number: str, rule: str) -> list[str]:
    return [clock.state.value for clock in clocks(office, number, rule)]


def replied(office: Office) -> list[object]:
    with office.database.read() as session:
        return [row.replied_on for row in session.exec(select(Supervision).order_by(col(Supervision.id)))]


REFUSED = [
    pytest.param("Z01", TO_LEADER | {"text": " "}, "写明理由", id="a report without a reason"),
    pytest.param("Z01", TO_LEADER | {"unit": ""}, "请填写对哪个单位，可填：市住建局、某街道办事处", id="a report on no unit"),
    pytest.param("Z01", TO_CHAIRS | {"unit": "市公安局"}, "请填写对哪个单位", id="a report on a unit without a share"),
    pytest.param("L-SZJ", TO_LEADER, "没有此身份", id="a report by the unit itself"),
    pytest.param("Z01", REPLY, "请填写期限序号", id="an answer to no limit"),
    pytest.param("Z01", REPLY | {"clock_no": "第三"}, "期限序号“第三”不是整数", id="an answer to a limit in words"),
    pytest.param("Z01", REPLY | {"clock_no": "99"}, "没有第 99 号期限", id="an answer to a limit that is not there"),
    pytest.param("Z01", REPLY | {"clock_no": "assign"}, "不是等待反馈的", id="an answer to a handling limit"),
    pytest.param("Z01", SUSPEND | {"clock_no": "assign"}, "须由信访办主任办理", id="a suspension by a clerk"),
    pytest.param("D01", SUSPEND, "请填写期限序号", id="a suspension of no limit"),
    pytest.param("D01", SUSPEND | {"clock_no": "assign", "basis": ""}, "法律依据", id="a suspension without a legal basis"),
    pytest.param("D01", SUSPEND | {"clock_no": "assign", "text": ""}, "写明理由", id="a suspension without a reason"),
    pytest.param(
        "D01", SUSPEND | {"clock_no": "assign", "basis": "听证"}, "没有扣除听证时间的规定", id="a hearing outside a re-review"
    ),
    pytest.param("Z01", RESUME | {"clock_no": "assign"}, "没有中止", id="resuming what runs"),
    pytest.param("Z01", CALL | {"promised_on": "2026-03-09"}, "承诺日期 2026-03-09 早于催办日期", id="a promise for yesterday"),
]


@once
@pytest.mark.parametrize(("officer", "answer", "said"), REFUSED)
def test_what_cannot_be_done_is_refused_in_a_sentence_and_leaves_nothing(
    office: Office, officer: str, answer: dict[str, str], said: str
) -> None:
    number = signed(office, "某街道办事处")
    named = clock_no(office, number, "assign") if answer.get("clock_no") == "assign" else answer.get("clock_no", "")
    before = len(office.events(number)), [clock.model_dump() for clock in office.clocks(number).values()]
    with pytest.raises(CaseworkError, match=said):
        oversee(office, number, {"unit": "1"} | answer | {"clock_no": named}, officer=officer)
    assert (len(office.events(number)), [clock.model_dump() for clock in office.clocks(number).values()]) == before


class TestReportingUpwards:
    @once
    @pytest.mark.parametrize(
        ("officer", "answer", "step"),
        [
            pytest.param("Z01", TO_LEADER, "to_leader", id="by a clerk to the vice-chair"),
            pytest.param("D01", TO_CHAIRS, "to_chairs", id="by the director to the chairs' meeting"),
            pytest.param("F01", TO_CHAIRS, "to_chairs", id="by the vice-chair to the chairs' meeting"),
        ],
    )
    def test_is_an_event_that_names_step_and_unit_and_seals_the_reason(
        self, office: Office, officer: str, answer: dict[str, str], step: str
    ) -> None:
        number = signed(office)
        oversee(office, number, answer | {"text": "王某久拖未办"}, officer=officer)
        event = office.events(number)[-1]
        assert (event.event, event.actor_code, event.facts["step"], event.facts["position"]) == (Event.ESCALATE, officer, step, 1)
        assert event.note_sealed
        assert "王某" not in str(event.facts)

    @once
    def test_before_the_limit_has_passed_leaves_its_ladder_alone(self, office: Office) -> None:
        number = signed(office)
        before = office.clocks(number)["assign"].model_dump()
        oversee(office, number, TO_LEADER)
        assert office.clocks(number)["assign"].model_dump() == before

    def test_after_the_limit_has_passed_spares_the_sweep_the_same_step(self, office: Office) -> None:
        number = signed(office)
        sweep(office.database, as_of=at(7, month=5))
        oversee(office, number, TO_LEADER, on=8, month=5)
        sweep(office.database, as_of=at(30, month=5))
        told = [event.facts["step"] for event in office.events(number) if event.event is Event.ESCALATE]
        assert (told, office.clocks(number)["assign"].next_rung) == (["to_leader"], "to_chairs")

    def test_concerns_only_the_unit_that_is_named(self, office: Office) -> None:
        number = signed(office, "某街道办事处")
        sweep(office.database, as_of=at(7, month=5))
        oversee(office, number, TO_LEADER, on=8, month=5, unit="某街道办事处")
        assert [clock.next_rung for clock in clocks(office, number, "assign")] == ["supervise", "to_chairs"]


class TestAnswers:
    def test_to_a_supervision_stops_its_limit_and_notes_the_day(self, office: Office) -> None:
        number = signed(office)
        oversee(office, number, SUPERVISE, officer="D01")
        assert (clocks(office, number, "supervision_reply")[0].due_on, replied(office)) == (day("2026-03-17"), [None])
        oversee(office, number, REPLY, on=12, clock_no=clock_no(office, number, "supervision_reply"))
        (clock,), event = clocks(office, number, "supervision_reply"), office.events(number)[-1]
        assert (clock.state, clock.stopped_on, clock.next_rung_at) == (ClockState.STOPPED, day("2026-03-12"), None)
        assert (replied(office), event.event, event.facts["rule"]) == (
            [day("2026-03-12")],
            Event.RECORD_REPLY,
            "supervision_reply",
        )

    def test_of_one_unit_leaves_the_supervision_of_the_other_open(self, office: Office) -> None:
        number = signed(office, "某街道办事处")
        for unit in ("1", "2"):
            oversee(office, number, SUPERVISE, officer="D01", unit=unit)
        oversee(office, number, REPLY, on=12, clock_no=clock_no(office, number, "supervision_reply"))
        assert states(office, number, "supervision_reply") == ["running", "stopped"]
        assert replied(office) == [None, day("2026-03-12")]

    @once
    def test_to_a_second_supervision_leaves_the_first_to_the_same_unit_open(self, office: Office) -> None:
        number = signed(office)
        for on in (10, 16):
            oversee(office, number, SUPERVISE, officer="D01", on=on)
        assert [clock.due_on for clock in clocks(office, number, "supervision_reply")] == [day("2026-03-17"), day("2026-03-23")]
        oversee(office, number, REPLY, on=17, clock_no=clock_no(office, number, "supervision_reply"))
        assert (states(office, number, "supervision_reply"), replied(office)) == (
            ["running", "stopped"],
            [None, day("2026-03-17")],
        )

    @once
    @pytest.mark.parametrize(
        ("rule", "answer"),
        [
            pytest.param("promise", CALL | {"promised_on": "2026-03-13"}, id="to a promise"),
            pytest.param("meeting_task", MEETING | {"tasks": "市住建局：核查合同：2026-03-20"}, id="to a task of a meeting"),
        ],
    )
    def test_stops_the_limit_and_cannot_come_twice(self, office: Office, rule: str, answer: dict[str, str]) -> None:
        number = signed(office)
        oversee(office, number, answer)
        oversee(office, number, REPLY, on=11, clock_no=clock_no(office, number, rule))
        assert states(office, number, rule) == ["stopped"]
        with pytest.raises(CaseworkError, match="不是等待反馈的"):
            oversee(office, number, REPLY, on=12, clock_no=clock_no(office, number, rule))

    @once
    def test_seals_what_was_said(self, office: Office) -> None:
        number = signed(office)
        oversee(office, number, CALL | {"promised_on": "2026-03-13"})
        oversee(office, number, REPLY, on=11, clock_no=clock_no(office, number, "promise"), text="王某已撤诉")
        event = office.events(number)[-1]
        assert (bool(event.note_sealed), "王某" in str(event.facts)) == (True, False)


class TestStandingStill:
    def test_is_put_on_record_with_its_basis_and_ends_with_the_days_given_back(self, office: Office) -> None:
        number = signed(office)
        oversee(office, number, SUSPEND, officer="D01", on=23, clock_no=clock_no(office, number))
        assert (states(office, number, "assign"), office.events(number)[-1].event) == (["suspended"], Event.SUSPEND_CLOCK)
        oversee(office, number, RESUME, on=30, clock_no=clock_no(office, number))
        clock = office.clocks(number)["assign"]
        assert (clock.state, clock.suspended_days, clock.due_on) == (ClockState.RUNNING, 7, day("2026-05-09"))
        with office.database.read() as session:
            (row,) = session.exec(select(Suspension))
        assert (row.ground, row.basis, row.approver_code, row.days) == (PauseGround.OTHER, LAW, "D01", 7)


@once
class TestMeetings:
    @pytest.mark.parametrize(
        ("lines", "tasks"),
        [
            pytest.param("市住建局：核查合同：2026-03-20", [(1, "03-20")], id="one line"),
            pytest.param("市住建局:核查合同:2026/3/20", [(1, "03-20")], id="with half-width colons and slashes"),
            pytest.param(
                " 2 ：走访住户：2026年3月20日 \n\n", [(2, "03-20")], id="by the share's number, with blanks and an empty line"
            ),
            pytest.param("市住建局：核查：合同、图纸：20260320", [(1, "03-20")], id="with a colon in the task"),
            pytest.param(
                "市住建局：核查合同：2026-03-20\r\n市住建局：修复电梯：2026-03-27\n某街道办事处：走访住户：2026-03-13",
                [(1, "03-20"), (1, "03-27"), (2, "03-13")],
                id="several for one unit and one for another",
            ),
        ],
    )
    def test_give_every_task_a_limit_of_its_own(self, office: Office, lines: str, tasks: list[tuple[int, str]]) -> None:
        number = signed(office, "某街道办事处")
        oversee(office, number, MEETING, tasks=lines)
        share = {one.id: one.position for one in office.shares(number)}
        begun = clocks(office, number, "meeting_task")
        assert [(share[clock.dispatch_id or 0], f"{clock.due_on:%m-%d}") for clock in begun] == tasks
        assert all(
            clock.given_on == clock.due_on and clock.next_rung == "warn_100" and "协调会" in clock.basis for clock in begun
        )

    def test_keep_the_tasks_words_out_of_what_is_readable(self, office: Office) -> None:
        number = signed(office)
        oversee(office, number, MEETING, tasks="市住建局：走访王某：2026-03-20")
        event = office.events(number)[-1]
        assert (event.facts["tasks"], bool(event.note_sealed)) == ([{"position": 1, "due_on": "2026-03-20"}], True)
        assert "王某" not in str(event.facts)

    @pytest.mark.parametrize(
        ("line", "said"),
        [
            pytest.param("核查合同", "看不懂|不是有效日期", id="a task alone"),
            pytest.param("市住建局：核查合同", "看不懂|不是有效日期", id="no date"),
            pytest.param("核查合同：2026-03-20", "看不懂", id="no unit"),
            pytest.param("市住建局：：2026-03-20", "看不懂", id="no task"),
            pytest.param("市住建局：核查合同：下周五", "会议任务的日期“下周五”不是有效日期", id="a date in words"),
            pytest.param("市住建局：核查合同：2026-02-30", "不是有效日期", id="a day that does not exist"),
            pytest.param("市住建局：核查合同：2026-03-09", "早于会议日期", id="a day before the meeting"),
            pytest.param("市公安局：核查合同：2026-03-20", "请填写对哪个单位，可填：市住建局", id="a unit without a share"),
            pytest.param("市住建局：核查合同：2026-03-20\n走访", "看不懂|不是有效日期", id="a good line and a bad one"),
        ],
    )
    def test_with_a_line_that_is_no_task_are_refused_and_nothing_is_kept(self, office: Office, line: str, said: str) -> None:
        number = signed(office, "某街道办事处")
        before = len(office.events(number)), len(office.letters(number))
        with pytest.raises(CaseworkError, match=said):
            oversee(office, number, MEETING, tasks=line)
        assert (len(office.events(number)), len(office.letters(number)), clocks(office, number, "meeting_task")) == (*before, [])


class TestPromises:
    def test_become_a_limit_that_ends_on_the_day_itself_and_is_looked_at_then(self, office: Office) -> None:
        number = signed(office)
        oversee(office, number, CALL, promised_on="2026-03-14")
        (clock,) = clocks(office, number, "promise")
        assert (clock.due_on, clock.given_on, clock.provisional) == (day("2026-03-14"), day("2026-03-14"), False)
        assert (clock.next_rung, clock.next_rung_at, clock.basis) == ("warn_100", at(14, 0), "催办时承诺的日期 2026-03-14")

    def test_give_way_to_a_later_one(self, office: Office) -> None:
        number = signed(office)
        oversee(office, number, CALL, promised_on="2026-03-13")
        oversee(office, number, CALL, on=12, promised_on="2026-03-20")
        first, second = clocks(office, number, "promise")
        assert (first.state, first.stopped_on, first.stop_reason) == (ClockState.STOPPED, day("2026-03-12"), "另有承诺")
        assert (second.state, second.due_on) == (ClockState.RUNNING, day("2026-03-20"))

    @once
    def test_of_one_unit_do_not_touch_the_other_units(self, office: Office) -> None:
        number = signed(office, "某街道办事处")
        for unit in ("1", "2"):
            oversee(office, number, CALL, unit=unit, promised_on="2026-03-13")
        assert states(office, number, "promise") == ["running", "running"]

    @once
    @pytest.mark.parametrize("promised", ["", "2026-03-20"], ids=["a call without a promise", "a call with one"])
    def test_leave_the_handling_limit_alone(self, office: Office, promised: str) -> None:
        number = signed(office)
        before = office.clocks(number)["assign"].model_dump()
        oversee(office, number, CALL, promised_on=promised)
        assert (office.clocks(number)["assign"].model_dump(), len(clocks(office, number, "promise"))) == (
            before,
            int(bool(promised)),
        )

    @once
    def test_are_over_when_the_unit_reports(self, office: Office) -> None:
        number = signed(office)
        oversee(office, number, CALL, promised_on="2026-03-13")
        office.decide(f"{number}/1", "report", "L-SZJ", as_of=at(12), text="已办结")
        assert states(office, number, "promise") == ["stopped"]


def test_an_answer_to_a_supervision_that_waited_for_the_office_to_open_is_noted(office: Office) -> None:
    """The limit ends on the make-up Saturday 9 May; a week later is a Saturday: the letter leaves on Monday 18 May."""
    number = office.assigned("市住建局")
    office.decide(f"{number}/1", "sign_in", "L-SZJ", as_of=at(10))
    sweep(office.database, as_of=at(16, hour=0, month=5))
    clock = office.clocks(number)["supervision_reply"]
    assert (clock.starts_on, clock.due_on) == (day("2026-05-18"), day("2026-05-25"))
    oversee(office, number, REPLY, on=20, month=5, clock_no=str(clock.number))
    with office.database.read() as session:
        [row] = session.exec(select(Supervision)).all()
    assert (row.supervised_on, row.reply_due_on, row.replied_on) == (day("2026-05-16"), day("2026-05-25"), day("2026-05-20"))


@pytest.mark.parametrize(
    ("when", "told"),
    [
        pytest.param({"on": 10}, "逾期升级（报告分管副主任，未涉及逾期期限）", id="before any limit has passed"),
        pytest.param({"on": 8, "month": 5}, "逾期升级（报告分管副主任，期限 5）", id="of a limit that waits for it"),
    ],
)
def test_the_file_says_whether_a_report_upwards_answered_a_limit(office: Office, when: dict[str, Any], told: str) -> None:
    number = signed(office)
    oversee(office, number, TO_LEADER, unit="市住建局", **when)
    with office.database.read() as session:
        file = case_file(session, find_petition(session, number), today=day("2026-05-08"))
    assert file.timeline[-1]["事项"] == told


def test_the_form_names_the_limits_by_number_and_share(office: Office) -> None:
    number = signed(office)
    with office.database.read() as session:
        shown = form_description(
            session, find_petition(session, number), None, Step.OVERSEE, today=day("2026-03-10"), refusal=None
        )
    assert "| 序号 | 期限 | 派件 |" in shown
    assert "| 5 | 交办件办结并书面报告 | 1 |" in shown


def test_the_end_of_a_right_is_not_called_late(office: Office) -> None:
    number = signed(office)
    with office.database.read() as session:
        file = case_file(session, find_petition(session, number), today=day("2026-05-08"))
    left = {row["期限"]: row["余"] for row in file.clocks}
    assert (left["对转送、交办提出异议（退回）"], left["交办件办结并书面报告"]) == ("已过（权利）", "超 2 日")
